create or replace function prosa._key_tenant(p_api_key text)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id constant uuid := prosa._claimed_tenant(p_api_key);
    v_hash constant bytea := prosa._key_hash(p_api_key);
    v_key record;
begin
    select k.id, k.is_use_known into v_key
      from prosa.valid_api_keys k
     where k.tenant_id = v_tenant_id and k.key_hash = v_hash and 'api' = any (k.scopes);
    if not found then
        raise exception using
            errcode = 'invalid_authorization_specification',
            message = 'the key is not valid',
            hint = 'It may be mistyped, expired, revoked, or made for another use. Create one with prosa.create_api_key().';
    end if;
    if not v_key.is_use_known then
        perform prosa._note_key_use(v_tenant_id, v_key.id);
    end if;
    return v_tenant_id;
end
$$;
comment on function prosa._key_tenant(text) is
'The tenant of a key of scope api, for a function that takes a key itself: the tenant is not opened. Notes that the key was used. 28000 when it is not valid.';
