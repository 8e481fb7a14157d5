create or replace function prosa._decrypt(p_tenant_id uuid, p_field text, p_ciphertext text)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key constant text := prosa._data_key(p_tenant_id, split_part(p_ciphertext, ':', 2));
    v_message bytea;
    v_plaintext text;
begin
    if split_part(p_ciphertext, ':', 1) = 'v1' and v_key is not null then
        begin
            v_message := @extschema:pgcrypto@.pgp_sym_decrypt_bytea(decode(split_part(p_ciphertext, ':', 3), 'base64'), v_key);
            if substr(v_message, 1, 32) = prosa._binding(p_tenant_id, p_field, substr(v_message, 33), v_key) then
                v_plaintext := convert_from(substr(v_message, 33), 'UTF8');
            end if;
        exception when data_exception or external_routine_exception or external_routine_invocation_exception then
            v_plaintext := null;
        end;
    end if;
    if v_plaintext is null then
        raise exception using
            errcode = 'data_exception',
            message = 'decryption failed',
            hint = 'The text is not a ciphertext, was altered, or belongs to another tenant or field.';
    end if;
    return v_plaintext;
end
$$;
comment on function prosa._decrypt(uuid, text, text) is 'The text that _encrypt() was given for this tenant and field; else 22000, with one message for every reason.';
