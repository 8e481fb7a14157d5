create or replace function prosa._secure_table(p_table regclass)
    returns void
    language plpgsql volatile parallel unsafe strict security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name name;
    v_tenant_column name;
    -- audit_log and its partitions
    v_append_only constant boolean := p_table = to_regclass('prosa.audit_log')
        or exists (select from pg_inherits h where h.inhrelid = p_table and h.inhparent = to_regclass('prosa.audit_log'));
    v_command constant text := case when v_append_only then 'select' else 'all' end;
    v_policy record;
begin
    select c.relname into v_name from pg_class c
     where c.oid = p_table and c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p');
    if not found then
        raise exception using errcode = 'wrong_object_type', message = format('%s is not a table of schema prosa', p_table);
    end if;
    select a.attname into v_tenant_column from pg_attribute a
     where a.attrelid = p_table and not a.attisdropped and a.attname = case v_name when 'tenants' then 'id' else 'tenant_id' end;
    if not found then
        return;
    end if;

    if exists (select from pg_class where oid = p_table and not (relrowsecurity and relforcerowsecurity)) then
        execute format('alter table %s enable row level security, force row level security', p_table);
    end if;
    for v_policy in
        select p.* from (values
            -- in a subquery the tenant is evaluated once a statement, not once a row, and the comparison costs as little as any
            -- other, so it comes before what the query asks: nothing it asks tells of rows that the policy refuses
            ('tenant_isolation', v_command, 'public', format('%I = (select prosa.current_tenant_id())', v_tenant_column)),
            ('owner_access', v_command, 'prosa_owner', 'true'),
            ('owner_append', 'insert', 'prosa_owner', 'true'),
            ('admin_access', v_command, 'prosa_admin', 'true'),
            ('monitor_access', 'select', 'prosa_monitor', 'true')) p (name, command, role, condition)
         where (p.name <> 'monitor_access' or v_name in ('tenants', 'usage_daily', 'message_outbox', 'embedding_queue', 'embedding_turns', 'embedding_rates', 'audit_heads'))
           and (p.name <> 'owner_append' or v_append_only)
           and not exists (select from pg_policy x where x.polrelid = p_table and x.polname = p.name)
    loop
        execute format('create policy %I on %s as permissive for %s to %s', v_policy.name, p_table, v_policy.command, v_policy.role)
            || case when v_policy.command <> 'insert' then format(' using (%s)', v_policy.condition) else '' end
            || case when v_policy.command <> 'select' then format(' with check (%s)', v_policy.condition) else '' end;
    end loop;
    if v_append_only then
        perform prosa._make_append_only(p_table);
    end if;
end
$$;
comment on function prosa._secure_table(regclass) is
'Enables and forces row security on a table of Prosa, partitions included, and creates the policies it lacks; audit_log becomes append-only. A table without a tenant is left to its grants.';
