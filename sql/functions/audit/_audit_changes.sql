create or replace function prosa._audit_changes()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
declare
    -- what is traffic, by the trigger's arguments, and the mark that every change leaves
    v_ignored constant text[] := coalesce(tg_argv, '{}') || 'updated_at'::text;
    v_key text[];
    v_before jsonb;
    v_after jsonb;
    v_tenant_id uuid;
    v_entries jsonb;
begin
    if tg_op = 'TRUNCATE' then
        perform prosa._audit(null, 'truncate', tg_table_name);
        return null;
    end if;
    if tg_op <> 'INSERT' then
        select jsonb_agg(to_jsonb(r)) into v_before from old_rows r;
    end if;
    if tg_op <> 'DELETE' then
        select jsonb_agg(to_jsonb(r)) into v_after from new_rows r;
    end if;
    select array_agg(a.attname) into v_key
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
     where i.indrelid = tg_relid and i.indisprimary;
    for v_tenant_id, v_entries in
        select e.tenant_id, jsonb_agg(jsonb_build_object(
                   -- a row whose key changed is one that went and one that came
                   'action', case when e.before is null then 'insert' when e.after is null then 'delete' else 'update' end,
                   'object', tg_table_name, 'key', e.key,
                   'before', prosa._difference(e.before, e.after), 'after', prosa._difference(e.after, e.before)) order by e.key)
          from (select coalesce((coalesce(n.value, o.value) ->> case tg_table_name when 'tenants' then 'id' else 'tenant_id' end)::uuid,
                                prosa._platform_chain()) as tenant_id,
                       coalesce(n.key, o.key) as key, o.value as before, n.value as after
                  from (select r.value - v_ignored as value, prosa._picked(r.value, v_key) as key from jsonb_array_elements(v_before) r) o
                  full join (select r.value - v_ignored as value, prosa._picked(r.value, v_key) as key from jsonb_array_elements(v_after) r) n
                    on n.key = o.key
                 where o.value is distinct from n.value) e
         group by e.tenant_id
         order by e.tenant_id
    loop
        perform prosa._append_audit(v_tenant_id, v_entries);
    end loop;
    return null;
end
$$;
comment on function prosa._audit_changes() is
'Trigger of every audited table: one entry for each row that a statement changed, in the order of their keys, tenant by tenant. Arguments: columns that do not count. A statement that changes nothing leaves no entry.';
