create or replace function prosa._encrypt(p_tenant_id uuid, p_field text, p_plaintext text)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key_id constant text := prosa._current_key_id(p_tenant_id);
    v_key constant text := prosa._data_key(p_tenant_id, v_key_id);
    v_plaintext constant bytea := convert_to(p_plaintext, 'UTF8');
    v_message bytea;
begin
    if v_key is null then
        raise exception using errcode = 'data_exception', message = 'encryption failed',
            hint = 'The tenant''s data key cannot be unwrapped: the master key is not the one that wrapped it.';
    end if;
    v_message := @extschema:pgcrypto@.pgp_sym_encrypt_bytea(
        prosa._binding(p_tenant_id, p_field, v_plaintext, v_key) || v_plaintext, v_key, 'cipher-algo=aes256, s2k-mode=1');
    return format('v1:%s:%s', v_key_id, translate(encode(v_message, 'base64'), E'\n', ''));
end
$$;
comment on function prosa._encrypt(uuid, text, text) is
'v1:KEYID:base64 of a text, encrypted with the tenant''s current data key and bound to tenant and field.';
