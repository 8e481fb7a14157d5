create or replace function prosa.grant_tenant_role(role name, tenant_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._grant_tenant_role(grant_tenant_role.role, grant_tenant_role.tenant_id);
    if not pg_has_role(grant_tenant_role.role, 'prosa_app', 'MEMBER') then
        execute format('grant prosa_app to %I', grant_tenant_role.role);
    end if;
end
$$;
comment on function prosa.grant_tenant_role(name, uuid) is
'Binds a database role to a tenant, and makes it a member of prosa_app. It and its members then see the tenants they are bound to and nothing else, whatever they set and whichever key they show; bound to one tenant only, they need not set it. A role that is bound itself is not bound by the roles it is a member of.
Errors: 42704 no such role; P0002 no such tenant; 0LP01 a role that cannot be bound, such as a superuser; 42501 when the role is no member of prosa_app yet and the caller may not grant that.
Example: create role sorriso_reports login; select prosa.grant_tenant_role(''sorriso_reports'', id) from prosa.tenants where slug = ''sorriso'';';
