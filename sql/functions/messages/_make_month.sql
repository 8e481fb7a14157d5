-- Made as pg_partman makes it (create_partition_time), which is not called: it would set the search_path of the session, and
-- whoever records a message would be left with that.
create or replace function prosa._make_month(p_month timestamptz)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO'
    -- under deadlock_timeout: it yields, and never another writer
    set lock_timeout = '500ms'
as $$
declare
    v_end constant timestamptz := p_month + interval '1 month';
    v_name constant name := 'messages_p' || to_char(p_month, (
        select p.datetime_string from @extschema:pg_partman@.part_config p where p.parent_table = 'prosa.messages'));
begin
    if exists (select from prosa.messages_default d where d.created_at >= p_month and d.created_at < v_end) then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('messages of %s wait in the default partition, so that month cannot be made', to_char(p_month, 'YYYY-MM')),
            hint = 'select prosa.run_maintenance(); moves them, then repeat the transaction.';
    end if;
    execute format('create table prosa.%I (like prosa.messages including defaults including constraints including storage including comments '
                   'including generated including indexes)', v_name)
            || coalesce((select format(' tablespace %I', t.spcname) from pg_class c join pg_tablespace t on t.oid = c.reltablespace
                          where c.oid = 'prosa.messages'::regclass), '');
    perform @extschema:pg_partman@.inherit_template_properties('prosa.messages', 'prosa', v_name);
    perform prosa._secure_table(format('prosa.%I', v_name)::regclass);
    -- last, because it locks conversations and the default partition until the transaction ends
    execute format('alter table prosa.messages attach partition prosa.%I for values from (%L) to (%L)', v_name, p_month, v_end);
end
$$;
comment on function prosa._make_month(timestamptz) is
'Makes the partition of messages that begins with p_month, under row security from the start. 55P03 when others hold what it must lock for half a second, 55000 when the default partition has messages of that month.';
