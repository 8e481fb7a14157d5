create or replace function prosa._expired(p_tenant_id uuid, p_created_at timestamptz)
    returns text
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select format('a message of %s is older than plan "%s" keeps: %s days, since %s',
                  to_char(p_created_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), t.plan, p.retention_days,
                  to_char(prosa._retention_cutoff(p_tenant_id) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'))
      from prosa.tenants t join prosa.plans p on p.code = t.plan
     where t.id = p_tenant_id and p_created_at < prosa._retention_cutoff(p_tenant_id)
$$;
comment on function prosa._expired(uuid, timestamptz) is 'Why a message of that time is past the retention of the tenant''s plan; null when it is not.';
