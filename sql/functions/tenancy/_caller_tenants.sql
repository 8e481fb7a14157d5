-- PL/pgSQL, because it keeps its plans: as SQL it was parsed and planned in every statement, at ten times the cost.
create or replace function prosa._caller_tenants()
    returns uuid[]
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_caller constant name := prosa._caller();
    v_role name := v_caller;
    v_tenants uuid[];
    v_is_member boolean;
begin
    loop
        -- one query is enough for a login that is bound itself, and for the most: a member of prosa_app and of nothing else
        select (select array_agg(t.tenant_id) from prosa.tenant_roles t where t.role_name = v_role),
               exists (select from pg_auth_members a
                        where a.member in (to_regrole(quote_ident(v_role)), 'prosa_app'::regrole) and a.roleid <> 'prosa_app'::regrole)
          into v_tenants, v_is_member;
        if v_tenants is null and v_is_member then
            with recursive member (oid) as (
                select to_regrole(quote_ident(v_role))::oid
                union
                select a.roleid from member m join pg_auth_members a on a.member = m.oid
            )
            select array_agg(distinct t.tenant_id) into v_tenants
              from member m join prosa.tenant_roles t on t.role_name = pg_get_userbyid(m.oid);
        end if;
        -- SET ROLE does not lead out of what the login is bound to
        exit when v_tenants is not null or v_role = session_user;
        exit when exists (select from pg_roles r where r.rolname = session_user and r.rolsuper);
        v_role := session_user;
    end loop;
    return case when v_tenants is not null and not pg_has_role(v_caller, 'prosa_admin', 'MEMBER') and v_caller <> 'prosa_owner' then v_tenants end;
end
$$;
comment on function prosa._caller_tenants() is
'The tenants that the calling role is bound to and nothing else, by grant_tenant_role() of itself, or else of the roles it is a member of; null when it is not bound, and for superusers and prosa_admin.';
