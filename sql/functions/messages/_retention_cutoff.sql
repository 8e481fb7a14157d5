create or replace function prosa._retention_cutoff(p_tenant_id uuid)
    returns timestamptz
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
begin
    return (select now() - make_interval(days => prosa._retention_days(s.value, p.retention_days))
              from prosa.tenants t
              join prosa.plans p on p.code = t.plan
              left join prosa.tenant_settings s on s.tenant_id = t.id and s.key = 'retention_days'
             where t.id = p_tenant_id);
end
$$;
comment on function prosa._retention_cutoff(uuid) is 'Since when a tenant''s messages are kept.';
