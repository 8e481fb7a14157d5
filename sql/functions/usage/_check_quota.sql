create or replace function prosa._check_quota(p_tenant_id uuid, p_at timestamptz default null)
    returns void
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
declare
    v_quota record;
begin
    -- what counts for another month is not this month's matter; and most plans have no quota
    if date_trunc('month', coalesce(p_at, now())) <> date_trunc('month', now())
       or not exists (select from prosa.tenants t join prosa.plans p on p.code = t.plan
                       where t.id = p_tenant_id and (p.monthly_messages is not null or p.monthly_tokens is not null)) then
        return;
    end if;
    select q.metric, q.used, q.quota_limit, q.resets_at, t.plan into v_quota
      from prosa.quota_status q join prosa.tenants t on t.id = q.tenant_id
     where q.tenant_id = p_tenant_id and q.state = 'exceeded'
     order by q.metric limit 1;
    if found then
        raise exception using
            errcode = 'configuration_limit_exceeded',
            message = format('the plan "%s" allows %s %s a month, and %s are used', v_quota.plan, v_quota.quota_limit, v_quota.metric, v_quota.used),
            hint = format('Messages of contacts are still taken. The next month begins on %s (UTC); a larger plan ends the wait.', v_quota.resets_at::date);
    end if;
end
$$;
comment on function prosa._check_quota(uuid, timestamptz) is
'Refuses what the machine would write at the given time (null: now) when a quota of the tenant''s plan is used up, by the exact consumption. 53400.';
