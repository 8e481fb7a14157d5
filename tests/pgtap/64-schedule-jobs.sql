-- schedule_jobs(): pg_cron's where the server has it, the worker's where not; never both.
-- pg_cron in another database needs commits there: tests/cron.sh.
begin;
\ir lib/personas.sql

select coalesce(current_setting('cron.database_name', true) is null
                or current_setting('cron.database_name') = current_database() and not exists (select from pg_extension where extname = 'pg_cron'), false) as no_cron,
       coalesce(current_setting('cron.database_name', true) = current_database()
                and exists (select from pg_extension where extname = 'pg_cron'), false) as cron_here,
       exists (select from pg_extension where extname = 'dblink') as has_dblink,
       pg_temp.has_java() as has_java \gset

\if :no_cron

select plan(4);
select results_eq('select job, scheduler from prosa.schedule_jobs() order by job',
                  $$ values ('prosa consumption', 'worker'), ('prosa embedding queue', 'worker'), ('prosa maintenance', 'worker'), ('prosa memory', 'worker'), ('prosa retention', 'worker') $$, 'without pg_cron every job is the worker''s');
select is((select value from prosa.system_config where key = 'job_scheduler'), '"worker"', 'as is noted');
update prosa.jobs set next_run_at = clock_timestamp();
select isnt_empty('select * from prosa.due_job()', 'and the worker gets them');
select lives_ok('select prosa.unschedule_jobs()', 'there is nothing to take out of pg_cron');

\elif :cron_here

select plan(14);
create function pg_temp.scheduled() returns setof text language sql as
$$ select format('%s | %s | %s | %s | %s', j.jobname, j.schedule, j.command, j.database, j.username) from cron.job j where j.jobname like 'prosa %' and j.database = current_database() $$;
create function pg_temp.expected(p_java boolean) returns setof text language sql as
$$ select format('%s (%s) | %s | %s | %s | %s', j.name, current_database(), j.cron, j.command, current_database(), current_user) from prosa.jobs j where p_java or not j.needs_java $$;
select results_eq('select job, scheduler from prosa.schedule_jobs() order by job',
                  format($$ values ('prosa consumption', 'pg_cron'), ('prosa embedding queue', %L), ('prosa maintenance', 'pg_cron'), ('prosa memory', 'pg_cron'), ('prosa retention', 'pg_cron') $$, case when :'has_java'::boolean then 'pg_cron' else 'worker' end),
                  'the jobs are pg_cron''s, the queue only where the Java routines are');
select set_eq('select pg_temp.scheduled()', format('select pg_temp.expected(%L)', :'has_java'), 'they are in cron.job: name, schedule, command, database and user');
select is((select value from prosa.system_config where key = 'job_scheduler'), '"pg_cron"', 'as is noted');
update prosa.jobs set next_run_at = clock_timestamp();
select is_empty('select * from prosa.due_job()', 'the worker gets none of them');
select is_empty($$ select jobname from cron.job where jobname like 'prosa %' and not active $$, 'they are active');
select lives_ok('select * from prosa.schedule_jobs()', 'a second time');
select set_eq('select pg_temp.scheduled()', format('select pg_temp.expected(%L)', :'has_java'), 'changes nothing');
update prosa.jobs set cron = '1 2 3 4 5' where name = 'prosa retention';
select lives_ok('select * from prosa.schedule_jobs()', 'after a schedule was changed');
select ok(exists (select from cron.job where jobname = format('prosa retention (%s)', current_database()) and schedule = '1 2 3 4 5'), 'it is the new one');
select cron.schedule('someone else''s', '0 0 1 1 *', 'select 1') \g /dev/null
select lives_ok('select prosa.unschedule_jobs()', 'unscheduling');
select is_empty('select pg_temp.scheduled()', 'takes them out');
select ok(exists (select from cron.job where jobname = 'someone else''s'), 'and leaves others'' jobs alone');
select isnt_empty('select * from prosa.due_job()', 'the worker gets them then');
select lives_ok('select prosa.unschedule_jobs()', 'a second time does nothing');

\elif :has_dblink

select plan(1);
select skip('pg_cron lives in another database, which needs commits: see tests/cron.sh', 1);

\else

select plan(4);
create function pg_temp.explanation() returns text language plpgsql as $$
declare
    v_hint text;
begin
    perform prosa.schedule_jobs();
    return 'no error';
exception when others then
    get stacked diagnostics v_hint = pg_exception_hint;
    return concat_ws(' ', sqlstate, sqlerrm, case when v_hint like 'CREATE EXTENSION dblink here%' then 'and how' end);
end
$$;
select is(pg_temp.explanation(), format('55000 pg_cron lives in the database "%s", which is reached through dblink and how', current_setting('cron.database_name')),
          'pg_cron in another database is reached through dblink, and without it is 55000 with what to do');
select is((select value from prosa.system_config where key = 'job_scheduler'), '"worker"', 'then the jobs stay the worker''s');
update prosa.jobs set next_run_at = clock_timestamp();
select isnt_empty('select * from prosa.due_job()', 'who gets them');
select throws_ok('select prosa.unschedule_jobs()', '55000', null, 'unscheduling asks for the same');

\endif

select * from finish();
rollback;
