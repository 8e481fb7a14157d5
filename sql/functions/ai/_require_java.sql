create or replace function prosa._require_java()
    returns void
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if to_regprocedure('prosa._java_embed(text)') is null then
        raise exception using
            errcode = 'feature_not_supported',
            message = 'calling an endpoint from SQL needs the Java routines, which are not installed here',
            hint = format('Install the package postgresql-%s-pljava, then CREATE EXTENSION prosa_java CASCADE and '
                          'SELECT prosa.install_jar(''file:/…/prosa-pljava.jar''). Without it, run "prosa worker" (it embeds by itself) '
                          'and ask through the gateway (POST /api/chat, /api/search).',
                          current_setting('server_version_num')::integer / 10000);
    end if;
end
$$;
comment on function prosa._require_java() is '0A000, with what to install and what works without, when the Java routines are absent.';
