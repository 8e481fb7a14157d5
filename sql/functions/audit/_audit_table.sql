create or replace function prosa._audit_table(p_table regclass, p_ignored text[] default '{}')
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name name := (select c.relname from pg_class c where c.oid = p_table);
    v_event record;
begin
    -- transition tables are for triggers of one event
    for v_event in
        select e.event, format('%s_audit_%s', v_name, e.event) as name, e.transition
          from (values ('insert', 'referencing new table as new_rows'),
                       ('update', 'referencing old table as old_rows new table as new_rows'),
                       ('delete', 'referencing old table as old_rows'),
                       ('truncate', '')) e (event, transition)
    loop
        execute format('create or replace trigger %I after %s on %s %s for each statement execute function prosa._audit_changes(%s)',
            v_event.name, v_event.event, p_table, v_event.transition,
            (select string_agg(quote_literal(i.name), ', ') from unnest(p_ignored) i (name)));
        execute format('comment on trigger %I on %s is %L', v_event.name, p_table, 'Records changes in audit_log.');
    end loop;
end
$$;
comment on function prosa._audit_table(regclass, text[]) is
'Has the changes of a table recorded in audit_log. p_ignored: columns whose changes are traffic and not recorded.';
