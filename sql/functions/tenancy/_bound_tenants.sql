-- PL/pgSQL, because it keeps its plans: as SQL it was parsed and planned in every statement, at ten times the cost.
create or replace function prosa._bound_tenants(p_role name)
    returns uuid[]
    language plpgsql stable parallel safe strict security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenants uuid[];
begin
    select array_agg(t.tenant_id) into v_tenants from prosa.tenant_roles t where t.role_name = p_role;
    if v_tenants is null then
        -- by number, and without the view pg_roles: its joins took most of the time of whoever is not bound
        with recursive member (oid) as (
            select to_regrole(quote_ident(p_role))::oid
            union
            select a.roleid from member m join pg_auth_members a on a.member = m.oid
        )
        select array_agg(distinct t.tenant_id) into v_tenants
          from member m join prosa.tenant_roles t on t.role_name = pg_get_userbyid(m.oid);
    end if;
    return v_tenants;
end
$$;
comment on function prosa._bound_tenants(name) is
'The tenants that grant_tenant_role() bound a role to; where it is not bound itself, those of the roles it is a member of; null when none of them is bound.';
