create or replace function prosa.rotate_tenant_key(p_tenant_id uuid)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name text;
    v_ciphertext text;
    v_count integer := 0;
begin
    -- tenant, key store, data keys: in this order everywhere
    perform from prosa.tenants t where t.id = p_tenant_id for no key update;
    if not found then
        raise exception using errcode = 'no_data_found', message = format('tenant %s does not exist', p_tenant_id);
    end if;
    perform from prosa.key_store for share;
    update prosa.data_keys d set retired_at = now() where d.tenant_id = p_tenant_id and d.retired_at is null;
    perform prosa._new_data_key(p_tenant_id);
    for v_name in select s.name from prosa.secrets s where s.tenant_id = p_tenant_id loop
        v_ciphertext := prosa._encrypt(p_tenant_id, 'secret ' || v_name, prosa._reveal_secret(p_tenant_id, v_name));
        update prosa.secrets s set ciphertext = v_ciphertext where s.tenant_id = p_tenant_id and s.name = v_name;
        v_count := v_count + 1;
    end loop;
    perform prosa._audit(p_tenant_id, 'rotate_tenant_key', 'rotate_tenant_key', p_after => jsonb_build_object('secrets', v_count));
    return v_count;
end
$$;
comment on function prosa.rotate_tenant_key(uuid) is
'Gives a tenant a new data key, encrypts its secrets with it, and returns how many they were. Readers and writers go on meanwhile. The former key stays for what encrypt_sensitive_field() gave out before.
Errors: P0002 no such tenant; 22000 a secret cannot be decrypted (nothing is changed then); 55000 no key directory is configured; 58P01 a master key''s file is missing.
Example: select prosa.rotate_tenant_key(id) from prosa.tenants where slug = ''sorriso'';';
