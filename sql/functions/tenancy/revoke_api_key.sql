create or replace function prosa.revoke_api_key(p_tenant_id uuid, key_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    update prosa.api_keys k set revoked_at = coalesce(k.revoked_at, now())
     where k.tenant_id = p_tenant_id and k.id = key_id;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that tenant has no such key';
    end if;
end
$$;
comment on function prosa.revoke_api_key(uuid, uuid) is
'Ends a key at once. key_id: id of list_api_keys().
Errors: P0002 when the tenant has no such key.
Example: select prosa.revoke_api_key(tenant_id, id) from prosa.list_api_keys() where name = ''website'';';
