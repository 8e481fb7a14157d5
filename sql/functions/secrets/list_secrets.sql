create or replace function prosa.list_secrets(p_tenant_id uuid default null)
    returns table (tenant_id uuid, name text, masked text, used_by text[], created_at timestamptz, updated_at timestamptz)
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select s.tenant_id, s.name, '••••' || coalesce(s.last_four, ''), array(
               select 'provider ' || p.name from prosa.llm_providers p where p.tenant_id = s.tenant_id and p.secret_name = s.name
               union all
               select 'inbox ' || i.name from prosa.inboxes i where i.tenant_id = s.tenant_id and i.secret_name = s.name
               union all
               select 'agent ' || a.name from prosa.agents a where a.tenant_id = s.tenant_id and a.secret_name = s.name
               union all
               select 'service ' || e.name from prosa.external_services e where e.tenant_id = s.tenant_id and e.secret_name = s.name
               order by 1), s.created_at, s.updated_at
      from prosa.secrets s
     where p_tenant_id is null or s.tenant_id = p_tenant_id
     order by s.tenant_id, s.name
$$;
comment on function prosa.list_secrets(uuid) is
'The secrets of a tenant, or of all when null, masked: the last four characters where there are twelve or more. used_by names the providers, inboxes, agents and services that use each.
Example: select * from prosa.list_secrets();';
