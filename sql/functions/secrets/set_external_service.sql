create or replace function prosa.set_external_service(
    p_tenant_id uuid,
    name text,
    kind text default null,
    base_url text default null,
    config jsonb default null,
    secret_name text default null,
    sealed_secret text default null)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_service prosa.external_services;
begin
    perform from prosa.tenants t where t.id = p_tenant_id for no key update;
    if not found then
        raise exception using errcode = 'no_data_found', message = format('tenant %s does not exist', p_tenant_id);
    end if;
    if coalesce(btrim(set_external_service.name), '') = '' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a service needs a name';
    end if;
    select s.* into v_service from prosa.external_services s where s.tenant_id = p_tenant_id and s.name = set_external_service.name;
    v_service.secret_name := prosa._named_secret(
        p_tenant_id, coalesce(set_external_service.secret_name, v_service.secret_name), 'service-' || set_external_service.name, sealed_secret);
    if v_service.id is null then
        insert into prosa.external_services as s (tenant_id, name, kind, base_url, config, secret_name)
        values (p_tenant_id, set_external_service.name, coalesce(set_external_service.kind, 'other'), set_external_service.base_url,
                coalesce(set_external_service.config, '{}'), v_service.secret_name)
        returning s.id into v_service.id;
    else
        update prosa.external_services s
           set kind = coalesce(set_external_service.kind, s.kind), base_url = coalesce(set_external_service.base_url, s.base_url),
               config = coalesce(set_external_service.config, s.config), secret_name = v_service.secret_name, updated_at = now()
         where s.tenant_id = p_tenant_id and s.id = v_service.id;
    end if;
    return v_service.id;
end
$$;
comment on function prosa.set_external_service(uuid, text, text, text, jsonb, text, text) is
'Creates a service that a tenant''s assistants use, or changes the one of that name, and returns its id. What is null stays as it is.
kind: what it is, such as calendar, crm or payment (other where nothing is said). config: a JSON object without secrets. secret_name: a secret of the tenant, '''' for none. sealed_secret: the credential itself, sealed as for set_secret(), kept under secret_name, else service-NAME.
Errors: P0002 no such tenant; 22023 no name, or a secret that is not sealed or cannot be so named; 23503 no such secret; 23514 bad kind, address or config; 55000 no key directory is configured.
Example: select prosa.set_external_service(id, ''agenda'', ''calendar'', ''https://calendar.example/api'', sealed_secret => :''sealed'') from prosa.tenants where slug = ''sorriso'';';
