create or replace function prosa.unschedule_jobs()
    returns void
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if prosa._has_cron() then
        perform prosa._unschedule_cron(j.name) from prosa.jobs j order by j.name;
    end if;
    perform prosa.set_config_value('job_scheduler', '"worker"');
end
$$;
comment on function prosa.unschedule_jobs() is
'Takes the jobs out of pg_cron and gives them to the worker''s scheduler. For a superuser.
Example: select prosa.unschedule_jobs();';
