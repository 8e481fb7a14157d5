create or replace function prosa._make_append_only(p_table regclass)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_trigger record;
begin
    execute format('revoke update, delete, truncate on %s from prosa_owner', p_table);
    for v_trigger in
        -- a partition has the row trigger of its parent; the other kind is not handed down
        select t.name, t.event from (values
            ('audit_log_refuse_change', 'before update or delete on %s for each row'),
            ('audit_log_refuse_truncate', 'before truncate on %s for each statement')) t (name, event)
    loop
        if not exists (select from pg_trigger x where x.tgrelid = p_table and x.tgname = v_trigger.name) then
            execute format('create trigger %I ' || v_trigger.event || ' execute function prosa._refuse_change()', v_trigger.name, p_table);
            execute format('comment on trigger %I on %s is %L', v_trigger.name, p_table, 'Keeps the table append-only.');
        end if;
        -- in a session that plays a replica too
        execute format('alter table only %s enable always trigger %I', p_table, v_trigger.name);
    end loop;
end
$$;
comment on function prosa._make_append_only(regclass) is 'Takes UPDATE, DELETE and TRUNCATE of audit_log, or of a partition of it, from its owner and has triggers refuse them to everybody.';
