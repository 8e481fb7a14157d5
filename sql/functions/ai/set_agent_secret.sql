create or replace function prosa.set_agent_secret(p_tenant_id uuid, agent text, secret_name text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    update prosa.agents a set secret_name = set_agent_secret.secret_name, updated_at = now()
     where a.tenant_id = p_tenant_id and a.name = agent;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that tenant has no such agent';
    end if;
end
$$;
comment on function prosa.set_agent_secret(uuid, text, text) is
'Says which secret an agent uses for what it acts through; null for none. Keep the secret itself with set_secret().
agent: its name.
Errors: P0002 no such agent; 23503 no such secret of that tenant.
Example: select prosa.set_agent_secret(id, ''Bia'', ''calendar'') from prosa.tenants where slug = ''sorriso'';';
