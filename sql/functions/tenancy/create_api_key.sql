create or replace function prosa.create_api_key(
    p_tenant_id uuid,
    name text,
    scopes text[] default '{api}',
    expires_at timestamptz default null,
    inbox_id uuid default null)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_id constant uuid := gen_random_uuid();
    v_secret constant text := encode(@extschema:pgcrypto@.gen_random_bytes(32), 'hex');
    -- hashed here: a statement of its own shows what it is given to auto_explain
    v_hash constant bytea := sha256(convert_to(v_secret, 'UTF8'));
begin
    if not exists (select from prosa.tenants t where t.id = p_tenant_id) then
        raise exception using errcode = 'no_data_found', message = format('tenant %s does not exist', p_tenant_id);
    end if;
    insert into prosa.api_keys (tenant_id, id, name, scopes, expires_at, inbox_id, key_hash)
    values (p_tenant_id, v_id, create_api_key.name, create_api_key.scopes, create_api_key.expires_at, create_api_key.inbox_id, v_hash);
    insert into prosa.api_key_uses (tenant_id, key_id) values (p_tenant_id, v_id);
    return format('prosa_%s_%s', replace(p_tenant_id::text, '-', ''), v_secret);
end
$$;
comment on function prosa.create_api_key(uuid, text, text[], timestamptz, uuid) is
'Creates a key and returns it; it cannot be shown again, only its hash is kept.
scopes: api (an application, /api/*) and webhook (the webhook of inbox_id, which is then required). expires_at: null for a key that does not expire.
Errors: P0002 no such tenant, 23503 no such inbox of that tenant, 23514 bad scopes.
Example: select prosa.create_api_key(id, ''website'') from prosa.tenants where slug = ''sorriso'';';
