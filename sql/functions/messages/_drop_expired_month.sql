create or replace function prosa._drop_expired_month()
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name name;
begin
    select e.name into v_name from prosa.expired_months e where e.swept_at is not null order by e.ends_at, e.name limit 1 for update skip locked;
    if not found then
        return false;
    end if;
    execute format('drop table if exists prosa.%I', v_name);
    delete from prosa.expired_months e where e.name = v_name;
    return true;
end
$$;
comment on function prosa._drop_expired_month() is 'Drops a detached month that nothing hangs on any more; false when there is none.';
