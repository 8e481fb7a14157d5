create or replace function prosa._new_data_key(p_tenant_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_directory constant text := prosa._key_directory();
    v_master_key_id text;
    v_wrapped_key bytea;
begin
    -- until this commits the master key stays: rotate_master_key() would not see the new row
    select k.master_key_id into v_master_key_id from prosa.key_store k for share;
    v_wrapped_key := prosa._wrap_key(
        encode(@extschema:pgcrypto@.gen_random_bytes(32), 'base64'), prosa._read_key(v_directory, format('master-%s.key', v_master_key_id)));
    insert into prosa.data_keys (tenant_id, key_id, wrapped_key, master_key_id)
    values (p_tenant_id, encode(@extschema:pgcrypto@.gen_random_bytes(4), 'hex'), v_wrapped_key, v_master_key_id)
    on conflict do nothing;
end
$$;
comment on function prosa._new_data_key(uuid) is 'Makes a tenant''s current data key, unless somebody else just did.';
