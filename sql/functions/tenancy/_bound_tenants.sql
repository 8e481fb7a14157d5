create or replace function prosa._bound_tenants(p_role name)
    returns uuid[]
    language sql stable parallel safe strict security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    with recursive member (oid, rolname) as (
        select r.oid, r.rolname from pg_roles r where r.rolname = p_role
        union
        select g.oid, g.rolname
          from member m join pg_auth_members a on a.member = m.oid join pg_roles g on g.oid = a.roleid
    )
    select array_agg(distinct t.tenant_id) from member m join prosa.tenant_roles t on t.role_name = m.rolname
$$;
comment on function prosa._bound_tenants(name) is
'The tenants that grant_tenant_role() bound a role or a role it is a member of to; null when it is not bound.';
