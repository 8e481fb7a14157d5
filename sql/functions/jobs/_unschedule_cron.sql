create or replace function prosa._unschedule_cron(p_job text)
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._in_cron_database(format(
        'select cron.unschedule(j.jobid)::text from cron.job j where j.jobname = %L and j.username = current_user',
        prosa._cron_name(p_job)));
end
$$;
comment on function prosa._unschedule_cron(text) is 'Takes a job out of pg_cron, if it is there.';
