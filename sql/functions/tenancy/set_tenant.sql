create or replace function prosa.set_tenant(tenant_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    execute format('set local app.tenant_id = %L', coalesce(set_tenant.tenant_id::text, ''));
    if set_tenant.tenant_id is not null
       and not exists (select from prosa.tenants t where t.id = set_tenant.tenant_id) then
        raise exception using
            errcode = 'no_data_found',
            message = format('tenant %s does not exist', set_tenant.tenant_id),
            hint = 'Tenants are created with prosa.create_tenant(name).';
    end if;
end
$$;
comment on function prosa.set_tenant(uuid) is
'Makes a tenant the current one until the transaction ends; null clears it. Call it first in every transaction: outside BEGIN … COMMIT it ends with its own statement.
Errors: P0002 when there is no such tenant.
Example: begin; select prosa.set_tenant(''5f0c…''); select * from prosa.conversations; commit;';
