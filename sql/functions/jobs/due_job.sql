create or replace function prosa.due_job()
    returns table (name text, command text)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
begin
    return query
    with due as materialized (
        select d.name from prosa.jobs d
         where d.next_run_at <= clock_timestamp() and not d.needs_java
           and exists (select from prosa.system_config c where c.key = 'job_scheduler' and c.value = '"worker"')
         order by d.next_run_at limit 1 for update skip locked)
    update prosa.jobs j set next_run_at = clock_timestamp() + j.every, last_started_at = clock_timestamp()
      from due
     where j.name = due.name
    returning j.name, j.command;
end
$$;
comment on function prosa.due_job() is
'Claims one scheduled job that is due, for a worker to run in a transaction of its own and report with finish_job(). No rows when none is due, or when pg_cron runs them.
Example: select * from prosa.due_job();';
