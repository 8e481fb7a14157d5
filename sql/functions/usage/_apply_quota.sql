create or replace function prosa._apply_quota()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if tg_table_name = 'tenants' then
        perform prosa._refresh_quota_blocks(array[new.id]);
    else
        perform prosa._refresh_quota_blocks((select array_agg(t.id) from prosa.tenants t where t.plan = new.code));
    end if;
    return null;
end
$$;
comment on function prosa._apply_quota() is 'Trigger of tenants and plans: new quotas bind, or free, at once.';
