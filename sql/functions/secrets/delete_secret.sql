create or replace function prosa.delete_secret(p_tenant_id uuid, name text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    delete from prosa.secrets s where s.tenant_id = p_tenant_id and s.name = delete_secret.name;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that tenant has no such secret';
    end if;
exception when foreign_key_violation then
    raise exception using
        errcode = 'foreign_key_violation',
        message = 'the secret is in use',
        hint = 'Give what uses it another one first: see used_by of prosa.list_secrets().';
end
$$;
comment on function prosa.delete_secret(uuid, text) is
'Deletes a secret of a tenant.
Errors: P0002 no such secret; 23503 a provider, inbox, agent or service uses it.
Example: select prosa.delete_secret(id, ''openai'') from prosa.tenants where slug = ''sorriso'';';
