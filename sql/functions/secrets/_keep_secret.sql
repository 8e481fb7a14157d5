create or replace function prosa._keep_secret(p_tenant_id uuid, p_name text, p_sealed text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_secret text;
    v_last_four text;
    v_ciphertext text;
begin
    -- one at a time with rotate_tenant_key(), which re-encrypts every secret of the tenant
    perform from prosa.tenants t where t.id = p_tenant_id for no key update;
    if not found then
        raise exception using errcode = 'no_data_found', message = format('tenant %s does not exist', p_tenant_id);
    end if;
    if p_name is null or p_name !~ '^[A-Za-z0-9_-]{1,64}$' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a secret''s name has 1 to 64 letters, digits, "_" or "-"';
    end if;
    v_secret := prosa._unseal(p_tenant_id, p_name, p_sealed);
    v_last_four := case when length(v_secret) >= 12 then right(v_secret, 4) end;
    v_ciphertext := prosa._encrypt(p_tenant_id, 'secret ' || p_name, v_secret);
    insert into prosa.secrets (tenant_id, name, ciphertext, last_four) values (p_tenant_id, p_name, v_ciphertext, v_last_four)
    on conflict on constraint secrets_pkey do update
        set ciphertext = excluded.ciphertext, last_four = excluded.last_four, updated_at = now();
end
$$;
comment on function prosa._keep_secret(uuid, text, text) is 'set_secret().';
