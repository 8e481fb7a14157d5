create or replace function prosa._in_cron_database(p_statement text)
    returns text
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_cron_database text := current_setting('cron.database_name', true);
    v_dblink text;
    v_answer text;
begin
    if v_cron_database = current_database() then
        execute p_statement into v_answer;
        return v_answer;
    end if;
    select quote_ident(n.nspname) into v_dblink
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink';
    if v_dblink is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('pg_cron lives in the database "%s", which is reached through dblink', v_cron_database),
            hint = 'CREATE EXTENSION dblink here and try again.';
    end if;
    execute format('select * from %s.dblink(%L, %L) as answer (result text)', v_dblink,
        format('host=%s port=%s dbname=%s user=%s',
            prosa._conninfo_value(split_part(current_setting('unix_socket_directories'), ',', 1)), current_setting('port'),
            prosa._conninfo_value(v_cron_database), prosa._conninfo_value(current_user)), p_statement)
       into v_answer;
    return v_answer;
end
$$;
comment on function prosa._in_cron_database(text) is
'Runs a query of one text column where pg_cron lives, here or through dblink over the server''s own socket, and returns its first row. 55000 with what to do when it cannot.';
