create or replace function prosa._retention_cutoff(p_tenant_id uuid)
    returns timestamptz
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select now() - make_interval(days => p.retention_days)
      from prosa.tenants t join prosa.plans p on p.code = t.plan where t.id = p_tenant_id
$$;
comment on function prosa._retention_cutoff(uuid) is 'Since when the plan of a tenant keeps messages.';
