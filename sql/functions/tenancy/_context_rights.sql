create or replace function prosa._context_rights(out any_tenant boolean, out tenants uuid[])
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_caller constant name := prosa._caller();
begin
    tenants := prosa._caller_tenants();
    any_tenant := pg_has_role(v_caller, 'prosa_admin', 'MEMBER') or v_caller = 'prosa_owner'
                  or tenants is null and exists (select from prosa.system_config c where c.key = 'tenant_context' and c.value = '"plain"');
end
$$;
comment on function prosa._context_rights() is
'Which tenants the calling role may make the current one without a key. any_tenant: all of them, for superusers, prosa_admin, and every role that is not bound where system_config tenant_context is plain. tenants: see _caller_tenants().';
