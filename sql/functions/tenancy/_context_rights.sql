create or replace function prosa._context_rights(out any_tenant boolean, out tenants uuid[])
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_caller constant name := prosa._caller();
begin
    any_tenant := pg_has_role(v_caller, 'prosa_admin', 'MEMBER') or v_caller = 'prosa_owner';
    if any_tenant or not exists (select from prosa.tenant_roles) then
        tenants := null;
    else
        tenants := prosa._bound_tenants(v_caller);
        -- SET ROLE does not lead out of what the login is bound to
        if tenants is null and v_caller <> session_user
           and not exists (select from pg_roles r where r.rolname = session_user and r.rolsuper) then
            tenants := prosa._bound_tenants(session_user);
        end if;
    end if;
    if not any_tenant and tenants is null then
        any_tenant := exists (select from prosa.system_config c where c.key = 'tenant_context' and c.value = '"plain"');
    end if;
end
$$;
comment on function prosa._context_rights() is
'Which tenants the calling role may make the current one without a key. any_tenant: all of them, for superusers, prosa_admin, and every role that is not bound where system_config tenant_context is plain. tenants: those it is bound to and nothing else; null when it is not bound.';
