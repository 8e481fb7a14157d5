create or replace function prosa._check_seal(p_directory text)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_public constant text := prosa._read_key(p_directory, 'seal.pub.asc');
    v_private constant text := prosa._read_key(p_directory, 'seal.sec.asc');
    v_message bytea;
begin
    v_message := @extschema:pgcrypto@.pgp_pub_encrypt('prosa', @extschema:pgcrypto@.dearmor(v_public));
    v_message := convert_to(@extschema:pgcrypto@.pgp_pub_decrypt(v_message, @extschema:pgcrypto@.dearmor(v_private)), 'UTF8');
exception when external_routine_exception or external_routine_invocation_exception then
    raise exception using
        errcode = 'object_not_in_prerequisite_state',
        message = 'seal.pub.asc and seal.sec.asc are not a pair',
        hint = 'Restore them from the backup of the key directory, or move both away and run "prosa keys init DIR".';
end
$$;
comment on function prosa._check_seal(text) is '55000 when the private key of a directory does not open what its public key seals.';
