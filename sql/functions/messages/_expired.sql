create or replace function prosa._expired(p_tenant_id uuid, p_created_at timestamptz)
    returns text
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
declare
    v_cutoff constant timestamptz := prosa._retention_cutoff(p_tenant_id);
begin
    if p_created_at >= v_cutoff then
        return null;
    end if;
    return (select format('a message of %s is older than plan "%s" keeps: %s days, since %s', to_char(p_created_at, 'YYYY-MM-DD HH24:MI:SS'),
                          t.plan, extract(day from now() - v_cutoff), to_char(v_cutoff, 'YYYY-MM-DD HH24:MI:SS "UTC"'))
              from prosa.tenants t where t.id = p_tenant_id);
end
$$;
comment on function prosa._expired(uuid, timestamptz) is 'Why a message of that time is past the tenant''s retention; null when it is not.';
