create or replace function prosa.set_inbox_secret(p_tenant_id uuid, inbox text, secret_name text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    update prosa.inboxes i set secret_name = set_inbox_secret.secret_name, updated_at = now()
     where i.tenant_id = p_tenant_id and i.name = inbox;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that tenant has no such inbox';
    end if;
end
$$;
comment on function prosa.set_inbox_secret(uuid, text, text) is
'Says with which secret Prosa calls the instance of an inbox, such as its API token; null for none. Keep the secret itself with set_secret().
inbox: its name.
Errors: P0002 no such inbox; 23503 no such secret of that tenant.
Example: select prosa.set_inbox_secret(id, ''recepcao'', ''evolution'') from prosa.tenants where slug = ''sorriso'';';
