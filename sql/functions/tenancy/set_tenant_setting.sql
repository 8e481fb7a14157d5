create or replace function prosa.set_tenant_setting(p_tenant_id uuid, key text, value jsonb)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._set_tenant_setting(p_tenant_id, set_tenant_setting.key, set_tenant_setting.value);
end
$$;
comment on function prosa.set_tenant_setting(uuid, text, jsonb) is
'Writes one setting of a tenant. Key: lower-case letters, digits, dots and underscores.
Errors: 22023 when the value of a known key (language, retention_days) is not valid, 23503 when there is no such tenant, 23514 bad key.
Example: select prosa.set_tenant_setting(id, ''language'', ''"english"'') from prosa.tenants where slug = ''harbor'';';
