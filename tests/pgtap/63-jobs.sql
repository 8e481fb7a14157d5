-- The worker's own scheduler: due_job() and finish_job().
begin;
\ir lib/personas.sql
select plan(20);

select prosa.set_config_value('job_scheduler', '"worker"') \g /dev/null
select results_eq('select name, needs_java from prosa.jobs order by name', $$ values ('prosa consumption', false), ('prosa embedding queue', true), ('prosa maintenance', false), ('prosa memory', false), ('prosa retention', false) $$, 'these are the jobs');
update prosa.jobs set next_run_at = clock_timestamp() - interval '1 second';

select pg_temp.as_worker();
create temporary table claimed (name text, command text);
insert into claimed select * from prosa.due_job();
insert into claimed select * from prosa.due_job();
insert into claimed select * from prosa.due_job();
insert into claimed select * from prosa.due_job();
select set_eq('select name from claimed', array['prosa consumption', 'prosa maintenance', 'prosa memory', 'prosa retention'], 'each that is due is given out once; the queue is the worker''s own work');
select is_empty('select * from prosa.due_job()', 'then none is due');
select pg_temp.reset_role();
select is_empty($$ select name from prosa.jobs where not needs_java and (next_run_at < clock_timestamp() + every - interval '1 minute' or next_run_at > clock_timestamp() + every) $$, 'each is due again after its interval');
select is_empty($$ select name from prosa.jobs where not needs_java and last_started_at is null $$, 'and its start is noted');

-- a command is a statement that a worker may run; a procedure that commits gets as far as its first commit here
create function pg_temp.runs(p_command text) returns boolean language plpgsql as $$
begin
    execute p_command;
    return true;
exception when invalid_transaction_termination then
    return p_command like 'call %';
end
$$;
select pg_temp.as_worker();
select is_empty('select name from claimed where not pg_temp.runs(command)', 'a worker may run each');
select lives_ok($$ select prosa.finish_job('prosa retention') $$, 'and reports its end');
select lives_ok($$ select prosa.finish_job('prosa maintenance', repeat('e', 600)) $$, 'or its error');
select pg_temp.as_monitor();
select results_eq($$ select last_finished_at is not null, last_error from prosa.jobs where name = 'prosa retention' $$, $$ values (true, null::text) $$, 'which a monitor reads');
select is((select length(last_error) from prosa.jobs where name = 'prosa maintenance'), 500, 'an error is cut to 500 characters');
select pg_temp.as_worker();
select lives_ok($$ select prosa.finish_job('no such job') $$, 'a job that is gone is no error');

-- a job that crashed is not lost
select pg_temp.reset_role();
update prosa.jobs set next_run_at = clock_timestamp() - interval '1 hour' where name = 'prosa retention';
select pg_temp.as_worker();
select is((select name from prosa.due_job()), 'prosa retention', 'what was not finished is due again in its time');

-- never both
select pg_temp.reset_role();
update prosa.jobs set next_run_at = clock_timestamp() - interval '1 second';
select prosa.set_config_value('job_scheduler', '"pg_cron"') \g /dev/null
select pg_temp.as_worker();
select is_empty('select * from prosa.due_job()', 'while pg_cron runs the jobs the worker gets none');
select pg_temp.reset_role();
select prosa.set_config_value('job_scheduler', '"worker"') \g /dev/null
select pg_temp.as_worker();
select isnt_empty('select * from prosa.due_job()', 'and then again');

-- who may
select pg_temp.as_app();
select throws_ok('select * from prosa.due_job()', '42501', null, 'an application claims no job');
select throws_ok($$ select prosa.finish_job('x') $$, '42501', null, 'nor ends one');
select throws_ok('select * from prosa.jobs', '42501', null, 'nor reads them');
select throws_ok('select prosa.run_maintenance()', '42501', null, 'nor runs them');
select pg_temp.as_admin();
select throws_ok($$ update prosa.jobs set command = 'drop table x' $$, '42501', null, 'not even the operator changes what is run');
select throws_ok('select * from prosa.schedule_jobs()', '42501', null, 'scheduling them in pg_cron is for a superuser');

select pg_temp.reset_role();
select * from finish();
rollback;
