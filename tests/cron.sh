#!/usr/bin/env bash
# schedule_jobs() where pg_cron lives in another database: through dblink, and never both schedulers.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh

cron=$(sql postgres "select coalesce(current_setting('cron.database_name', true), '')")
[[ -n $cron ]] || skip_all "pg_cron is not loaded on this server"
[[ $(sql postgres "select count(*) from pg_available_extensions where name = 'dblink'") == 1 ]] || skip_all "dblink is not available on this server"

one='' two=''   # new_database sets them
new_database one
new_database two
had_cron=$(sql "$cron" "select count(*) from pg_extension where extname = 'pg_cron'")
jobs_of() { sql "$cron" "select jobname, schedule, command, username from cron.job where database = '$1' order by jobname"; }
scheduler() { sql "$1" "select value #>> '{}' from prosa.system_config where key = 'job_scheduler'"; }
due() { sql "$1" "begin" "update prosa.jobs set next_run_at = clock_timestamp()" "select count(*) from prosa.due_job()" "rollback"; }
leave_cron() { # whatever happens, no job of ours stays
    if [[ $(psql -XqAt -d "$cron" -c "select count(*) from pg_extension where extname = 'pg_cron'") == 1 ]]; then
        psql -XqAt -d "$cron" -c "select cron.unschedule(jobid) from cron.job where database in ('$one', '$two')" >/dev/null
        [[ $had_cron == 1 ]] || psql -XqAt -d "$cron" -c "drop extension pg_cron"
    fi
}
trap 'leave_cron; cleanup' EXIT
java=$(sql "$one" "select to_regprocedure('prosa._java_embed(text)') is not null")
if [[ $java == t ]]; then queue=pg_cron count=5; else queue=worker count=4; fi

# ---- without dblink
refused 55000 "$one" "select * from prosa.schedule_jobs()" "without dblink it is refused"
is "$(psql -XqAt -d "$one" -c "select * from prosa.schedule_jobs()" 2>&1 | grep -c 'HINT:  CREATE EXTENSION dblink here')" 1 "and says what to do"
is "$(scheduler "$one")" worker "the jobs stay the worker's"
is "$(due "$one")" 1 "who gets them"

# ---- with dblink, but without pg_cron's extension there
sql "$one" "create extension dblink"
if [[ $had_cron == 0 ]]; then
    is "$(PGOPTIONS='-c client_min_messages=warning' sql "$one" "select distinct scheduler from prosa.schedule_jobs()")" worker "where the extension pg_cron was not created the jobs are the worker's"
    is "$(psql -XqAt -d "$one" -c "select * from prosa.schedule_jobs()" 2>&1 | grep -c 'HINT:  CREATE EXTENSION pg_cron there')" 1 "and a notice says what to do"
    is "$(scheduler "$one") $(due "$one")" "worker 1" "the worker gets them"
    sql "$cron" "create extension pg_cron"
else
    skip 3 "the extension pg_cron exists in the database $cron"
fi

# ---- with both
user=$(sql "$one" "select current_user")
is "$(sql "$one" "select job, scheduler from prosa.schedule_jobs() order by job" | paste -sd ' ')" \
    "prosa consumption|pg_cron prosa embedding queue|$queue prosa maintenance|pg_cron prosa memory|pg_cron prosa retention|pg_cron" "the jobs are pg_cron's, the queue only where the Java routines are"
is "$(jobs_of "$one" | wc -l)" "$count" "they are in cron.job of the database $cron"
is "$(jobs_of "$one")" "$(sql "$one" "select name || ' ($one)', cron, command, '$user' from prosa.jobs where '$java' or not needs_java order by 1")" "with name, schedule, command and user"
is "$(scheduler "$one")" pg_cron "as is noted"
is "$(due "$one")" 0 "the worker gets none of them"
sql "$one" "select * from prosa.schedule_jobs()" >/dev/null
is "$(jobs_of "$one" | wc -l)" "$count" "a second time changes nothing"

# ---- two databases of one server
sql "$two" "create extension dblink" "select * from prosa.schedule_jobs()" >/dev/null
is "$(jobs_of "$one" | wc -l) $(jobs_of "$two" | wc -l)" "$count $count" "another database has jobs of its own"
sql "$two" "select prosa.unschedule_jobs()" >/dev/null
is "$(jobs_of "$one" | wc -l) $(jobs_of "$two" | wc -l)" "$count 0" "unscheduling them leaves the first's alone"
is "$(scheduler "$two") $(due "$two")" "worker 1" "and gives them to the worker"
is "$(scheduler "$one") $(due "$one")" "pg_cron 0" "the first's stay pg_cron's"

# ---- what pg_cron is given runs in that database
command=$(sql "$cron" "select command from cron.job where jobname = 'prosa consumption ($one)'")
ok "a scheduled command runs as it stands in cron.job" psql -XqAt -v ON_ERROR_STOP=1 -d "$one" -c "$command"

# ---- a failure leaves neither scheduler half way
sql "$one" "update prosa.jobs set cron = 'not a schedule' where name = 'prosa retention'" "select prosa.unschedule_jobs()" >/dev/null
ok "a bad schedule is refused" bash -c '! psql -XqAt -v ON_ERROR_STOP=1 -d "$0" -c "select * from prosa.schedule_jobs()" 2>/dev/null' "$one"
is "$(scheduler "$one") $(due "$one")" "worker 1" "and the worker keeps the jobs"
sql "$one" "update prosa.jobs set cron = '23 3 * * *' where name = 'prosa retention'" "select prosa.unschedule_jobs()" >/dev/null
is "$(jobs_of "$one" | wc -l)" 0 "unscheduling takes what is left"
finish
