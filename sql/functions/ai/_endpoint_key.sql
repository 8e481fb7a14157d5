create or replace function prosa._endpoint_key(p_provider jsonb)
    returns uuid
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- whoever's items it serves: an endpoint that is down is down for all of its tenants; a tenant's key is that tenant's alone
    return md5((p_provider - '{space_id,configured_model}'::text[]
                - case when p_provider ->> 'secret_scope' = 'tenant' and p_provider ->> 'secret' is not null then '' else 'tenant_id' end)::text)::uuid;
end
$$;
comment on function prosa._endpoint_key(jsonb) is
'What tells one endpoint from another, given as provider_config() does; no key of an API is in it.';
