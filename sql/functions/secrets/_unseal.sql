create or replace function prosa._unseal(p_tenant_id uuid, p_name text, p_sealed text)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key constant text := prosa._read_key(prosa._key_directory(), 'seal.sec.asc');
    v_secret text;
    v_tenant text;
    v_name text;
begin
    if octet_length(p_sealed) <= 65536 then
        begin
            v_secret := convert_from(
                @extschema:pgcrypto@.pgp_pub_decrypt_bytea(@extschema:pgcrypto@.dearmor(p_sealed), @extschema:pgcrypto@.dearmor(v_key)), 'UTF8');
        exception when data_exception or external_routine_exception or external_routine_invocation_exception then
            v_secret := null;
        end;
    end if;
    if v_secret is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the secret is not sealed to this server''s key',
            hint = 'Seal it with "prosa seal", or with gpg --encrypt --armor --recipient-file FILE, where FILE holds what prosa.public_key() returns. '
                   'If a secret was sent unsealed, take it for disclosed: logs may hold it.';
    end if;
    -- who seals may say for whom: then the message is of no use elsewhere
    if v_secret ~ '^prosa-secret \S+ \S+\r?\n' then
        v_tenant := split_part(v_secret, ' ', 2);
        v_name := rtrim(split_part(split_part(v_secret, E'\n', 1), ' ', 3), E'\r');
        v_secret := substr(v_secret, strpos(v_secret, E'\n') + 1);
        if v_name <> p_name or not exists (select from prosa.tenants t where t.id = p_tenant_id and v_tenant in (t.id::text, t.slug)) then
            raise exception using errcode = 'invalid_parameter_value', message = 'the secret was sealed for another tenant or name';
        end if;
    end if;
    v_secret := regexp_replace(v_secret, '\r?\n$', '');
    if octet_length(v_secret) not between 1 and 8192 or v_secret ~ '[\r\n]' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a secret is one line of 1 to 8192 bytes';
    end if;
    return v_secret;
end
$$;
comment on function prosa._unseal(uuid, text, text) is
'What a client sealed to the server''s key, without a newline at its end; 22023 for anything else. A first line "prosa-secret TENANT NAME" must be true, where there is one.';
