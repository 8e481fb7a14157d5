create or replace function prosa._set_tenant_setting(p_tenant_id uuid, p_key text, p_value jsonb)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if p_key = 'language' then
        perform prosa._check_language(p_value);
    end if;
    insert into prosa.tenant_settings (tenant_id, key, value) values (p_tenant_id, p_key, p_value)
    on conflict on constraint tenant_settings_pkey do update set value = excluded.value, updated_at = now();
end
$$;
comment on function prosa._set_tenant_setting(uuid, text, jsonb) is 'Writes one setting of a tenant; 22023 when Prosa knows the key and the value is not valid.';
