create or replace function prosa._caller_tenants()
    returns uuid[]
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_caller constant name := prosa._caller();
    v_tenants uuid[];
begin
    if not exists (select from prosa.tenant_roles) or pg_has_role(v_caller, 'prosa_admin', 'MEMBER') or v_caller = 'prosa_owner' then
        return null;
    end if;
    v_tenants := prosa._bound_tenants(v_caller);
    -- SET ROLE does not lead out of what the login is bound to
    if v_tenants is null and v_caller <> session_user
       and not exists (select from pg_roles r where r.rolname = session_user and r.rolsuper) then
        v_tenants := prosa._bound_tenants(session_user);
    end if;
    return v_tenants;
end
$$;
comment on function prosa._caller_tenants() is
'The tenants that the calling role is bound to and nothing else; null when it is not bound, and for superusers and prosa_admin.';
