create or replace function prosa._run_maintenance()
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    -- under deadlock_timeout: maintenance yields, never a writer
    set lock_timeout = '500ms'
as $$
declare
    c_monthly constant text[] := array['prosa.messages', 'prosa.message_events', 'prosa.audit_log'];
    v_parent text;
    v_before integer;
    v_after integer;
    v_drained bigint := 0;
    v_audit_drained bigint := 0;
    v_postponed text;
    v_secured integer := 0;
    v_table regclass;
begin
    select count(*) into v_before from pg_inherits h where h.inhparent = any (c_monthly::regclass[]);
    -- rows of months that had no partition when they came wait in the default one, and no month of theirs can be made before they
    -- left it; they can wait for a quieter moment
    begin
        -- pg_partman's, left until the end of the transaction: it would use it again for a table with other columns
        drop table if exists pg_temp.partman_temp_data_storage;
        v_drained := @extschema:pg_partman@.partition_data_time(p_parent_table := 'prosa.messages', p_batch_count := 1000, p_analyze := false,
            -- it is generated
            p_ignored_columns := '{search_text}');
        drop table if exists pg_temp.partman_temp_data_storage;
        perform @extschema:pg_partman@.partition_data_time(p_parent_table := 'prosa.message_events', p_batch_count := 1000, p_analyze := false);
    exception when others then
        v_postponed := sqlerrm;
    end;
    begin
        v_audit_drained := prosa._drain_audit_log();
    exception when others then
        v_postponed := concat_ws('; ', v_postponed, sqlerrm);
    end;
    if v_postponed is not null then
        raise notice 'a default partition was not emptied: %', v_postponed;
    end if;
    foreach v_parent in array c_monthly loop
        perform @extschema:pg_partman@.run_maintenance(p_parent_table := v_parent, p_analyze := false, p_jobmon := false);
        -- a message dated far ahead has its month now, which partman takes for the end of its work: so the next ones by date
        perform @extschema:pg_partman@.create_partition_time(
            p_parent_table := v_parent,
            p_partition_times := array(select generate_series(
                date_trunc('month', now()), date_trunc('month', now()) + interval '4 months', interval '1 month')));
    end loop;
    select count(*) into v_after from pg_inherits h where h.inhparent = any (c_monthly::regclass[]);

    for v_table in
        select c.oid from pg_inherits h join pg_class c on c.oid = h.inhrelid
         where h.inhparent = any ((c_monthly || 'prosa.embeddings'::text)::regclass[])
           and not (c.relrowsecurity and c.relforcerowsecurity)
        union
        select prosa._unprotected_audit_tables()
         -- a table before its partitions, which have its triggers
         order by 1
    loop
        perform prosa._secure_table(v_table);
        v_secured := v_secured + 1;
    end loop;
    return jsonb_build_object('partitions', v_after, 'partitions_created', v_after - v_before,
                              'messages_drained_from_default', v_drained, 'audit_entries_drained_from_default', v_audit_drained,
                              'tables_secured', v_secured)
           || jsonb_strip_nulls(jsonb_build_object('drain_postponed', v_postponed));
end
$$;
comment on function prosa._run_maintenance() is 'run_maintenance(), leaving behind the search_path that pg_partman sets for the session.';
