create or replace function prosa.revoke_tenant_role(role name, tenant_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if not prosa._revoke_tenant_role(revoke_tenant_role.role, revoke_tenant_role.tenant_id)
       and exists (select from pg_roles r where r.rolname = revoke_tenant_role.role) then
        execute format('revoke prosa_app from %I', revoke_tenant_role.role);
    end if;
end
$$;
comment on function prosa.revoke_tenant_role(name, uuid) is
'Ends the binding of a role to a tenant; with the last one also its membership in prosa_app, so that it does not become an application that may show any key.
Errors: P0002 when the role is not bound to that tenant; 42501 when the caller may not revoke the membership.
Example: select prosa.revoke_tenant_role(''sorriso_reports'', id) from prosa.tenants where slug = ''sorriso'';';
