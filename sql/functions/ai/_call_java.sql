create or replace function prosa._call_java(p_routine text, p_request jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_answer text;
begin
    if to_regprocedure(format('prosa.%I(text)', p_routine)) is null then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'calling an endpoint from SQL needs the Java routines, which are not installed here',
            hint = format('Install the package postgresql-%s-pljava, then CREATE EXTENSION prosa_java CASCADE and '
                          'SELECT prosa.install_jar(''file:/…/prosa-pljava.jar''). Without it, run "prosa worker" (it embeds by itself) '
                          'and ask through the gateway (POST /api/chat, /api/search).',
                          current_setting('server_version_num')::integer / 10000);
    end if;
    execute format('select prosa.%I($1)', p_routine) into v_answer using p_request::text;
    return v_answer::jsonb;
end
$$;
comment on function prosa._call_java(text, jsonb) is
'Calls a Java routine with a JSON request; 0A000 with what to install when the routines are absent.';
