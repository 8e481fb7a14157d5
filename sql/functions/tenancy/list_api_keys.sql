create or replace function prosa.list_api_keys(p_tenant_id uuid default null)
    returns table (tenant_id uuid, id uuid, name text, scopes text[], inbox_id uuid, created_at timestamptz,
                   expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz)
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select k.tenant_id, k.id, k.name, k.scopes, k.inbox_id, k.created_at, k.expires_at, k.revoked_at, u.last_used_at
      from prosa.api_keys k
      left join prosa.api_key_uses u on u.tenant_id = k.tenant_id and u.key_id = k.id
     where p_tenant_id is null or k.tenant_id = p_tenant_id
     order by k.tenant_id, k.created_at
$$;
comment on function prosa.list_api_keys(uuid) is
'The keys of a tenant, or of all when null, without the keys themselves. last_used_at: to five minutes; null before the first use.
Example: select * from prosa.list_api_keys();';
