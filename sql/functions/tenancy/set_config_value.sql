create or replace function prosa.set_config_value(key text, value jsonb)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if set_config_value.key = 'default_language' then
        perform prosa._check_language(set_config_value.value);
    elsif set_config_value.key = 'tenant_context' and coalesce(set_config_value.value, 'null') not in ('"sealed"', '"plain"') then
        raise exception using errcode = 'invalid_parameter_value', message = 'tenant_context must be "sealed" or "plain"';
    elsif set_config_value.key = 'egress_allowed_hosts' then
        perform prosa._check_allowed_hosts(set_config_value.value);
    elsif set_config_value.key in ('embedding_provider', 'chat_provider') then
        perform prosa._check_base_url(set_config_value.value ->> 'base_url');
    end if;
    update prosa.system_config c set value = coalesce(set_config_value.value, 'null'), updated_at = now()
     where c.key = set_config_value.key;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = format('there is no platform setting "%s"', set_config_value.key),
            hint = (select 'Settings: ' || string_agg(c.key, ', ' order by c.key) from prosa.system_config c);
    end if;
end
$$;
comment on function prosa.set_config_value(text, jsonb) is
'Changes a setting of the platform (prosa.system_config). Endpoints take secrets by name, never as a value.
Errors: P0002 when there is no such setting; 22023 when default_language is none, tenant_context neither "sealed" nor "plain", egress_allowed_hosts is no array of hosts, or an endpoint is at http:// on a host that is neither this machine nor listed there.
Example: select prosa.set_config_value(''embedding_provider'', ''{"protocol": "openai", "base_url": "http://127.0.0.1:8080/v1", "model": "bge-small-en-v1.5-q", "dimensions": 384}'');';
