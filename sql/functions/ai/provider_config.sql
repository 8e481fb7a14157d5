create or replace function prosa.provider_config(purpose text)
    returns jsonb
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return prosa._provider_config(prosa.current_tenant_id(), purpose);
end
$$;
comment on function prosa.provider_config(text) is
'The endpoint that the current tenant uses, or the platform''s where no tenant is set: {protocol, base_url, model, dimensions, secret, secret_scope, timeout_ms, tenant_id, allowed_hosts, refused_ports}, for embeddings also the tenant''s space_id, whose model it is. It names the secret and never holds it: secret_scope says whether it is the tenant''s or a key file of the platform. allowed_hosts: what egress_allowed_hosts says of the endpoint''s host; refused_ports: the port of this server, to which no call may go.
purpose: embedding or chat.
Errors: 55000 when none is configured; 22023 another purpose.
Example: select prosa.provider_config(''embedding'');';
