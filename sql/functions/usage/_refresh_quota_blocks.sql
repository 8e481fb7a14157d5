create or replace function prosa._refresh_quota_blocks(p_tenant_ids uuid[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_month constant date := date_trunc('month', now() at time zone 'UTC');
    v_next constant date := v_month + interval '1 month';
begin
    with exceeded as materialized (
        select t.id
          from prosa.tenants t
          join prosa.plans p on p.code = t.plan and (p.monthly_messages is not null or p.monthly_tokens is not null)
          join prosa.usage_daily u on u.tenant_id = t.id and u.day >= v_month and u.day < v_next
         where t.id = any (p_tenant_ids)
         group by t.id, p.code
        having sum(u.messages_in + u.messages_out) >= p.monthly_messages or sum(u.input_tokens + u.output_tokens) >= p.monthly_tokens
    ), freed as (
        delete from prosa.quota_blocks b
         where b.tenant_id = any (p_tenant_ids) and not exists (select from exceeded e where e.id = b.tenant_id)
    )
    insert into prosa.quota_blocks as b (tenant_id, until)
    select e.id, v_next::timestamp at time zone 'UTC' from exceeded e
     where not exists (select from prosa.quota_blocks x where x.tenant_id = e.id and x.until = v_next::timestamp at time zone 'UTC')
     order by e.id
    on conflict on constraint quota_blocks_pkey do update set until = excluded.until;
end
$$;
comment on function prosa._refresh_quota_blocks(uuid[]) is
'Blocks those of the tenants whose settled consumption of this month has reached a quota of their plan, and frees the others.';
