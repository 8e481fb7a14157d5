create or replace function prosa.public_key()
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return prosa._read_key(prosa._key_directory(), 'seal.pub.asc');
end
$$;
comment on function prosa.public_key() is
'The OpenPGP key, armored, to which secrets are sealed before they are sent to the server.
Errors: 55000 no key directory is configured; 58P01 seal.pub.asc is missing.
Example: select prosa.public_key();';
