create or replace function prosa._drain_default(p_parent text)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
begin
    if p_parent = 'prosa.audit_log' then
        return prosa._drain_audit_log();
    elsif p_parent = 'prosa.messages' then
        -- to move is to insert: what was put into the outbox once must not be put there again
        update prosa.messages_default m set is_posted = true where not m.is_posted;
    end if;
    -- pg_partman keeps one for a whole transaction, whatever the table
    if to_regclass('pg_temp.partman_temp_data_storage') is not null then
        drop table pg_temp.partman_temp_data_storage;
    end if;
    return @extschema:pg_partman@.partition_data_time(p_parent_table := p_parent, p_batch_count := 1000, p_analyze := false);
end
$$;
comment on function prosa._drain_default(text) is 'Moves the rows of a default partition into months of their own and returns their number.';
