-- PL/pgSQL, because it keeps the plan: as SQL it was parsed and planned in every statement, at ten times the cost.
create or replace function prosa._bound_tenants(p_role name)
    returns uuid[]
    language plpgsql stable parallel safe strict security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return coalesce(
        (select array_agg(t.tenant_id) from prosa.tenant_roles t where t.role_name = p_role),
        (with recursive member (oid, rolname) as (
            select r.oid, r.rolname from pg_roles r where r.rolname = p_role
            union
            select g.oid, g.rolname
              from member m join pg_auth_members a on a.member = m.oid join pg_roles g on g.oid = a.roleid
        )
        select array_agg(distinct t.tenant_id) from member m join prosa.tenant_roles t on t.role_name = m.rolname));
end
$$;
comment on function prosa._bound_tenants(name) is
'The tenants that grant_tenant_role() bound a role to; where it is not bound itself, those of the roles it is a member of; null when none of them is bound.';
