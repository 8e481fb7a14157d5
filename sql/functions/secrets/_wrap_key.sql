-- The passphrase is 32 random bytes, so nothing is gained by hashing it many times (s2k-mode=1: 6 µs instead of 220).
create or replace function prosa._wrap_key(p_data_key text, p_master_key text)
    returns bytea
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return @extschema:pgcrypto@.pgp_sym_encrypt(p_data_key, p_master_key, 'cipher-algo=aes256, s2k-mode=1');
end
$$;
comment on function prosa._wrap_key(text, text) is 'A data key, encrypted with a master key.';
