create or replace function prosa._lint_routines(p_schema oid)
    returns table (
        oid oid, identity text, owner oid, acl aclitem[], is_definer boolean, is_leakproof boolean, is_trigger boolean,
        is_bound boolean, language name, source text, search_path text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select p.oid, format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)),
           p.prosecdef, p.proleakproof, p.prorettype = 'trigger'::regtype, p.prosqlbody is not null, l.lanname, p.prosrc,
           (select substr(s.setting, length('search_path=') + 1) from unnest(p.proconfig) s (setting) where starts_with(s.setting, 'search_path='))
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang
     where p.pronamespace = p_schema
       and not exists (select from pg_depend d join pg_extension e on e.oid = d.refobjid
                        where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e' and e.extname not in ('prosa', 'prosa_java'))
$$;
comment on function prosa._lint_routines(oid) is
'What lint() looks at in a schema: functions and procedures, but for those that another extension brought. A bound one has a standard-SQL body, whose names were looked up when it was created.';
