create or replace function prosa._revoke_tenant_role(p_role name, p_tenant_id uuid)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    delete from prosa.tenant_roles r where r.tenant_id = p_tenant_id and r.role_name = p_role;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that role is not bound to that tenant';
    end if;
    return exists (select from prosa.tenant_roles r where r.role_name = p_role);
end
$$;
comment on function prosa._revoke_tenant_role(name, uuid) is 'revoke_tenant_role() without the membership in prosa_app; whether the role is still bound to another tenant.';
