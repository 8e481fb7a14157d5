create or replace function prosa.set_secret(p_tenant_id uuid, name text, sealed_secret text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._keep_secret(p_tenant_id, set_secret.name, sealed_secret);
end
$$;
comment on function prosa.set_secret(uuid, text, text) is
'Keeps a secret of a tenant, or replaces it. Providers, inboxes, agents and services name the secrets they use.
name: 1 to 64 letters, digits, _ or -. sealed_secret: the secret, encrypted to public_key() and armored, so that nothing on its way can log it: "prosa seal" or gpg make it. One line, 8192 bytes at most.
Errors: 22023 not sealed, or a bad name or secret; P0002 no such tenant; 55000 no key directory is configured; 58P01 a key file is missing.
Example: select prosa.set_secret(id, ''openai'', :''sealed'') from prosa.tenants where slug = ''sorriso'';';
