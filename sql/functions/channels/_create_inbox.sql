create or replace function prosa._create_inbox(p_tenant_id uuid, p_name text, p_channel text, p_is_default boolean, p_config jsonb)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_id uuid := gen_random_uuid();
    v_is_default boolean;
begin
    perform prosa._require_tenant(p_tenant_id);
    if coalesce(btrim(p_name), '') = '' then
        raise exception using errcode = 'invalid_parameter_value', message = 'an inbox needs a name';
    end if;
    -- one at a time for a tenant: the first inbox is the default one
    perform from prosa.tenants t where t.id = p_tenant_id for no key update;
    if exists (select from prosa.inboxes i where i.tenant_id = p_tenant_id and i.name = p_name) then
        raise exception using
            errcode = 'unique_violation',
            message = format('the tenant has an inbox named "%s" already', p_name),
            hint = 'Choose another name.';
    end if;
    v_is_default := coalesce(p_is_default, false)
        or not exists (select from prosa.inboxes i where i.tenant_id = p_tenant_id and i.is_default);
    if v_is_default then
        update prosa.inboxes i set is_default = false, updated_at = now() where i.tenant_id = p_tenant_id and i.is_default;
    end if;
    insert into prosa.inboxes (tenant_id, id, name, channel, is_default, config)
    values (p_tenant_id, v_id, p_name, p_channel, v_is_default, coalesce(p_config, '{}'));
    return v_id;
end
$$;
comment on function prosa._create_inbox(uuid, text, text, boolean, jsonb) is 'create_inbox() for a tenant, which must be the current one.';
