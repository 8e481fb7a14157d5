create or replace function prosa._grant_tenant_role(p_role name, p_tenant_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_role pg_roles;
begin
    select * into v_role from pg_roles r where r.rolname = p_role;
    if not found then
        raise exception using errcode = 'undefined_object', message = format('role "%s" does not exist', p_role);
    end if;
    if not exists (select from prosa.tenants t where t.id = p_tenant_id) then
        raise exception using errcode = 'no_data_found', message = format('tenant %s does not exist', p_tenant_id);
    end if;
    if v_role.rolsuper or v_role.rolbypassrls or v_role.rolcreaterole or v_role.rolname = 'prosa_app'
       or exists (select from pg_roles r
                   where r.rolname in ('prosa_owner', 'prosa_admin', 'prosa_worker', 'prosa_monitor', 'pg_read_all_data', 'pg_write_all_data',
                                       'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
                     and pg_has_role(v_role.oid, r.oid, 'MEMBER')) then
        raise exception using
            errcode = 'invalid_grant_operation',
            message = format('role "%s" cannot be bound to a tenant', v_role.rolname),
            detail = 'It is a role of Prosa, or has rights that no row security holds: superuser, BYPASSRLS, CREATEROLE, or membership in a role such as prosa_admin or pg_read_all_data.',
            hint = 'Create a login of its own: CREATE ROLE name LOGIN.';
    end if;
    insert into prosa.tenant_roles (tenant_id, role_name) values (p_tenant_id, v_role.rolname)
    on conflict on constraint tenant_roles_pkey do nothing;
end
$$;
comment on function prosa._grant_tenant_role(name, uuid) is
'grant_tenant_role() without the membership in prosa_app, which the caller grants.';
