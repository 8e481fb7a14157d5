create or replace function prosa.install_jar(url text)
    returns text
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_known boolean;
begin
    if to_regprocedure('prosa._java_embed(text)') is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'the extension prosa_java is not installed in this database',
            hint = format('Install the package postgresql-%s-pljava, then CREATE EXTENSION prosa_java CASCADE.',
                          current_setting('server_version_num')::integer / 10000);
    end if;
    execute 'select exists (select from sqlj.jar_repository where jarname = ''prosa'')' into v_known;
    if v_known then
        execute 'select sqlj.replace_jar($1, ''prosa'', false)' using install_jar.url;
    else
        execute 'select sqlj.install_jar($1, ''prosa'', false)' using install_jar.url;
    end if;
    execute 'select sqlj.set_classpath(''prosa'', ''prosa'')';
    return 'The Java routines are loaded: try SELECT prosa.embed(''olá''). Sessions that used them before go on with the old jar.';
end
$$;
comment on function prosa.install_jar(text) is
'Loads the jar of the Java routines into this database, or replaces it; pg_dump carries it. For a superuser, after CREATE EXTENSION prosa_java.
url: of prosa-pljava.jar as the server sees it, such as file:/usr/share/postgresql/15/prosa/prosa-pljava.jar.
Errors: 55000 prosa_java is not installed; 46000 to 46003 PL/Java cannot read the jar.
Example: select prosa.install_jar(''file:/usr/share/postgresql/15/prosa/prosa-pljava.jar'');';
