create or replace function prosa._expired_tables()
    returns setof regclass
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- before install() there are no tables
    if to_regclass('prosa.expired_months') is not null then
        return query select to_regclass(format('prosa.%I', e.name)) from prosa.expired_months e;
    end if;
end
$$;
comment on function prosa._expired_tables() is 'The detached months that retention is about to drop.';
