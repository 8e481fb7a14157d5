create or replace function prosa._set_tenant_setting(p_tenant_id uuid, p_key text, p_value jsonb)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if p_key = 'language' then
        begin
            perform (p_value #>> '{}')::regconfig;
        exception when undefined_object or syntax_error or invalid_name then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format('there is no text search configuration %s', p_value),
                hint = 'Languages: ' || (select string_agg(distinct c.cfgname, ', ' order by c.cfgname) from pg_ts_config c);
        end;
    end if;
    insert into prosa.tenant_settings (tenant_id, key, value) values (p_tenant_id, p_key, p_value)
    on conflict on constraint tenant_settings_pkey do update set value = excluded.value, updated_at = now();
end
$$;
comment on function prosa._set_tenant_setting(uuid, text, jsonb) is 'Writes one setting of a tenant; 22023 when Prosa knows the key and the value is not valid.';
