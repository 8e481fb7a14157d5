-- The one function that reads files, and the one that prosa_owner does not own: prosa_keyring may do this and nothing else.
create or replace function prosa._read_key(p_directory text, p_file text)
    returns text
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_form constant text := case
        when p_file ~ '^master-[0-9a-f]{8}\.key$' then '^[A-Za-z0-9+/]{43}=$'
        when p_file = 'seal.sec.asc' then '^-----BEGIN PGP PRIVATE KEY BLOCK-----'
        when p_file = 'seal.pub.asc' then '^-----BEGIN PGP PUBLIC KEY BLOCK-----' end;
    v_key text;
begin
    if v_form is null or p_directory is null or p_directory !~ '^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$' then
        raise exception using errcode = 'invalid_parameter_value', message = 'that is not the name of a key file';
    end if;
    v_key := btrim(pg_read_file(p_directory || '/' || p_file), E' \t\r\n');
    if v_key !~ v_form then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the file %s holds no key of its kind', p_file),
            hint = 'Restore it from the backup of the key directory.';
    end if;
    return v_key;
end
$$;
comment on function prosa._read_key(text, text) is
'A key of a key directory: master-KEYID.key, seal.sec.asc or seal.pub.asc, and only if that is what the file holds. 58P01 when it is not there.';
