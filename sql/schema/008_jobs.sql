create table prosa.jobs (
    name text not null,
    command text not null,
    cron text not null,
    every interval not null,
    needs_java boolean not null default false,
    next_run_at timestamptz not null default now(),
    last_started_at timestamptz,
    last_finished_at timestamptz,
    last_error text,
    constraint jobs_pkey primary key (name),
    constraint jobs_every_check check (every >= interval '1 second')
);
comment on table prosa.jobs is 'Scheduled work, one row a job. pg_cron runs it by the column cron, the worker''s scheduler by the column every; never both (system_config job_scheduler).';
comment on column prosa.jobs.command is 'One SQL statement.';
comment on column prosa.jobs.needs_java is 'Scheduled in pg_cron only where the Java routines are installed; a worker does this work by itself.';

insert into prosa.jobs (name, command, cron, every, needs_java) values
    ('prosa maintenance', 'call prosa.maintain()', '7 * * * *', '1 hour', false),
    ('prosa retention', 'call prosa.enforce_retention()', '23 3 * * *', '1 day', false),
    ('prosa consumption', 'call prosa.settle_messages()', '* * * * *', '1 minute', false),
    ('prosa memory', 'call prosa.process_memory_windows()', '* * * * *', '1 minute', false),
    ('prosa embedding queue', 'call prosa.process_embedding_queue()', '* * * * *', '1 minute', true);
