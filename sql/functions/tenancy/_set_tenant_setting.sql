create or replace function prosa._set_tenant_setting(p_tenant_id uuid, p_key text, p_value jsonb)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if p_key = 'language' then
        perform prosa._check_language(p_value);
    elsif p_key = 'retention_days' and (p_value #>> '{}' ~ '^[1-9][0-9]{0,4}$' and (p_value #>> '{}')::integer <= 36500 and jsonb_typeof(p_value) = 'number') is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'retention_days is a whole number of days from 1 to 36500',
            hint = 'Without the setting the plan''s days apply.';
    elsif p_key = 'memory_window_turns' and (p_value #>> '{}' ~ '^(0|[2-9]|1[0-2])$' and jsonb_typeof(p_value) = 'number') is not true then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'memory_window_turns is 0, for none, or a number of turns from 2 to 12',
            hint = 'Without the setting a window has 5 turns.';
    end if;
    insert into prosa.tenant_settings (tenant_id, key, value) values (p_tenant_id, p_key, p_value)
    on conflict on constraint tenant_settings_pkey do update set value = excluded.value, updated_at = now();
end
$$;
comment on function prosa._set_tenant_setting(uuid, text, jsonb) is 'Writes one setting of a tenant; 22023 when Prosa knows the key and the value is not valid.';
