create or replace function prosa.schedule_jobs()
    returns table (job text, scheduler text, schedule text)
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_has_cron boolean := prosa._has_cron();
    v_has_java boolean := to_regprocedure('prosa._java_embed(text)') is not null;
    v_job record;
begin
    perform prosa.set_config_value('job_scheduler', to_jsonb(case when v_has_cron then 'pg_cron' else 'worker' end));
    if v_has_cron and not v_has_java then
        perform prosa._unschedule_cron(j.name) from prosa.jobs j where j.needs_java order by j.name;
    end if;
    for v_job in select j.name, j.command, j.cron, j.every, j.needs_java from prosa.jobs j order by j.name loop
        job := v_job.name;
        if v_job.needs_java and not (v_has_cron and v_has_java) then
            scheduler := 'worker';
            schedule := 'continuously';
        elsif v_has_cron then
            perform prosa._in_cron_database(format('select cron.schedule_in_database(%L, %L, %L, %L)::text',
                prosa._cron_name(v_job.name), v_job.cron, v_job.command, current_database()));
            scheduler := 'pg_cron';
            schedule := v_job.cron;
        else
            scheduler := 'worker';
            schedule := 'every ' || v_job.every;
        end if;
        return next;
    end loop;
end
$$;
comment on function prosa.schedule_jobs() is
'Has the jobs of prosa.jobs run by pg_cron where the server has it (also in another database, through dblink), else by the worker''s scheduler; never by both. The embedding queue is pg_cron''s only where the Java routines are; a worker always empties it. Call it again after pg_cron or the Java routines came or went. For a superuser.
Errors: 55000 pg_cron lives elsewhere and dblink is missing here.
Example: select * from prosa.schedule_jobs();';
