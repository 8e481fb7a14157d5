create or replace function prosa._has_cron()
    returns boolean
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- pg_cron defines its settings only where the server has loaded it
    if current_setting('cron.database_name', true) is null then
        return false;
    end if;
    if prosa._in_cron_database('select exists (select from pg_catalog.pg_extension where extname = ''pg_cron'')::text')::boolean then
        return true;
    end if;
    raise notice 'the server has loaded pg_cron, but its extension is not created in the database "%"', current_setting('cron.database_name')
        using hint = 'CREATE EXTENSION pg_cron there to have it run the jobs, then call prosa.schedule_jobs() again.';
    return false;
end
$$;
comment on function prosa._has_cron() is 'Whether pg_cron can take jobs, here or in another database; a NOTICE says what it lacks.';
