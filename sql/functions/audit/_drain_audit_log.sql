create or replace function prosa._drain_audit_log()
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
declare
    v_moved bigint;
begin
    if not exists (select from prosa.audit_log_default) then
        return 0;
    end if;
    -- pg_partman would delete what it moves, and nothing is ever deleted here: the partition as a whole gives way to a new one
    alter table prosa.audit_log detach partition prosa.audit_log_default;
    alter table prosa.audit_log_default rename to audit_log_waiting;
    create table prosa.audit_log_default partition of prosa.audit_log default;
    perform @extschema:pg_partman@.create_partition_time(
        p_parent_table := 'prosa.audit_log',
        p_partition_times := array(select distinct date_trunc('month', w.recorded_at) from prosa.audit_log_waiting w));
    insert into prosa.audit_log select * from prosa.audit_log_waiting;
    get diagnostics v_moved = row_count;
    drop table prosa.audit_log_waiting;
    return v_moved;
end
$$;
comment on function prosa._drain_audit_log() is
'Moves the entries of the default partition of audit_log into months of their own and returns their number.';
