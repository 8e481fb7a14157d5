create or replace function prosa.set_tenant(tenant_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_rights record;
begin
    if set_tenant.tenant_id is null then
        perform prosa._close_context();
        return;
    end if;
    v_rights := prosa._context_rights();
    if v_rights.any_tenant then
        if not exists (select from prosa.tenants t where t.id = set_tenant.tenant_id) then
            raise exception using
                errcode = 'no_data_found',
                message = format('tenant %s does not exist', set_tenant.tenant_id),
                hint = 'Tenants are created with prosa.create_tenant(name).';
        end if;
    elsif set_tenant.tenant_id is distinct from prosa.current_tenant_id()
          and not coalesce(set_tenant.tenant_id = any (v_rights.tenants), false) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('role %s may not choose that tenant', prosa._caller()),
            hint = 'Call prosa.authenticate(api_key), or have the operator bind the role with prosa.grant_tenant_role(role, tenant_id).';
    end if;
    perform prosa._open_context(set_tenant.tenant_id);
end
$$;
comment on function prosa.set_tenant(uuid) is
'Makes a tenant the current one until the transaction ends; null clears it. Call it first in every transaction: outside BEGIN … COMMIT it ends with its own statement.
For superusers and prosa_admin: any tenant. For a role bound by grant_tenant_role(): its tenants. For other roles only where the operator trusts every application, with set_config_value(''tenant_context'', ''"plain"''); they call authenticate() instead.
Errors: 42501 when the role may not choose that tenant; P0002 when there is no such tenant.
Example: begin; select prosa.set_tenant(''5f0c…''); select * from prosa.conversations; commit;';
