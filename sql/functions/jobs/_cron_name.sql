create or replace function prosa._cron_name(p_job text)
    returns text
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return format('%s (%s)', p_job, current_database());
end
$$;
comment on function prosa._cron_name(text) is 'Name of a job in pg_cron: it tells the databases of one server apart.';
