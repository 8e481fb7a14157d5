create or replace function prosa.rotate_api_key(p_tenant_id uuid, key_id uuid, overlap interval default '0')
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key prosa.api_keys;
begin
    if rotate_api_key.overlap is null or rotate_api_key.overlap < interval '0' then
        raise exception using errcode = 'invalid_parameter_value', message = 'overlap must not be negative';
    end if;
    update prosa.api_keys k set expires_at = least(k.expires_at, now() + rotate_api_key.overlap)
     where k.tenant_id = p_tenant_id and k.id = rotate_api_key.key_id
       and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
    returning * into v_key;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that tenant has no such key that is still good';
    end if;
    return prosa.create_api_key(p_tenant_id, v_key.name, v_key.scopes, inbox_id => v_key.inbox_id);
end
$$;
comment on function prosa.rotate_api_key(uuid, uuid, interval) is
'Replaces a key by a new one of the same name, scopes and inbox, which it returns once; the new one does not expire. The old one stops at once, or after overlap.
key_id: id of list_api_keys().
Errors: P0002 when the tenant has no such key, or it was revoked or has expired; 22023 negative overlap.
Example: select prosa.rotate_api_key(tenant_id, id, ''1 day'') from prosa.list_api_keys() where name = ''website'';';
