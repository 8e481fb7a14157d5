create or replace function prosa._binding(p_tenant_id uuid, p_field text, p_plaintext bytea, p_data_key text)
    returns bytea
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return @extschema:pgcrypto@.hmac(
        convert_to(format('prosa v1 %s %s %s ', p_tenant_id, octet_length(p_field), p_field), 'UTF8') || p_plaintext,
        convert_to(p_data_key, 'UTF8'), 'sha256');
end
$$;
comment on function prosa._binding(uuid, text, bytea, text) is
'What stands before a plaintext within its ciphertext: 32 bytes that only this tenant, this field and this very text give.';
