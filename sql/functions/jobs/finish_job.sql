create or replace function prosa.finish_job(name text, error text default null)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    update prosa.jobs j set last_finished_at = clock_timestamp(), last_error = left(finish_job.error, 500)
     where j.name = finish_job.name;
end
$$;
comment on function prosa.finish_job(text, text) is
'Notes the end of a job that due_job() gave, with its error if it failed.
Example: select prosa.finish_job(''prosa retention'');';
