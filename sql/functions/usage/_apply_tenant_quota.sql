create or replace function prosa._apply_tenant_quota()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._refresh_quota_blocks(array[new.id]);
    return null;
end
$$;
comment on function prosa._apply_tenant_quota() is 'Trigger of tenants: the quotas of a new plan bind, or free, at once.';
