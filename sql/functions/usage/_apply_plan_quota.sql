create or replace function prosa._apply_plan_quota()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._refresh_quota_blocks(array(select t.id from prosa.tenants t where t.plan = new.code));
    return null;
end
$$;
comment on function prosa._apply_plan_quota() is 'Trigger of plans: changed quotas bind, or free, the plan''s tenants at once.';
