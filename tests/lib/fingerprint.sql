-- What a database holds of Prosa, a line a thing: two databases with the same lines are the same.
set client_min_messages = warning;
set timezone = 'UTC';
set search_path = pg_catalog;
create function pg_temp.acl(p_acl aclitem[]) returns text language sql as $$
    select string_agg(format('%s:%s', case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end, a.privilege_type), ',' order by a.grantee::regrole::text, a.privilege_type)
      from aclexplode(p_acl) a
$$;
-- rows of a table, whatever their order
create function pg_temp.rows_of(p_table regclass) returns text language plpgsql as $$
declare
    v_result text;
begin
    execute format('select count(*) || '' '' || md5(coalesce(string_agg(r.hash, '''' order by r.hash), '''')) from (select md5(t::text) as hash from only %s t) r', p_table) into v_result;
    return v_result;
end
$$;
select line from (
    select format('rows of %s: %s', c.oid::regclass, pg_temp.rows_of(c.oid)) as line from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind = 'r'
    union all
    select format('table %s: kind %s owner %s security %s %s options %s bound %s partitioned by %s grants %s', c.oid::regclass, c.relkind, c.relowner::regrole,
                  c.relrowsecurity, c.relforcerowsecurity, c.reloptions, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid), pg_temp.acl(coalesce(c.relacl, acldefault('r', c.relowner))))
      from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v')
    union all
    select format('column %s.%s: %s null %s default %s storage %s grants %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), not a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attstorage, pg_temp.acl(a.attacl))
      from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
    union all
    select format('index %s', pg_get_indexdef(i.indexrelid)) from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'prosa'::regnamespace
    union all
    select format('constraint %s %s: %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) from pg_constraint k where k.connamespace = 'prosa'::regnamespace and k.conrelid <> 0
    union all
    select format('policy %s %s: %s %s %s using %s check %s', p.polrelid::regclass, p.polname, p.polpermissive, p.polcmd,
                  (select string_agg(case r when 0 then 'public' else r::regrole::text end, ',' order by r::regrole::text) from unnest(p.polroles) r),
                  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
      from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'prosa'::regnamespace
    union all
    select format('trigger %s on %s: %s %s', t.tgname, t.tgrelid::regclass, t.tgenabled, pg_get_triggerdef(t.oid))
      from pg_trigger t join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'prosa'::regnamespace and not t.tgisinternal
    union all
    select format('view %s: %s', c.oid::regclass, md5(pg_get_viewdef(c.oid))) from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind = 'v'
    union all
    select format('function %s: %s owner %s grants %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)), p.proowner::regrole, pg_temp.acl(coalesce(p.proacl, acldefault('f', p.proowner))))
      from pg_proc p where p.pronamespace = 'prosa'::regnamespace
    union all
    select format('comment on %s: %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), md5(d.description))
      from pg_description d join pg_class c on d.classoid = 'pg_class'::regclass and c.oid = d.objoid where c.relnamespace = 'prosa'::regnamespace
    union all
    select format('comment on %s: %s', p.oid::regprocedure, md5(d.description))
      from pg_description d join pg_proc p on d.classoid = 'pg_proc'::regclass and p.oid = d.objoid where p.pronamespace = 'prosa'::regnamespace
    union all
    select format('comment on trigger %s: %s', t.tgname, md5(d.description))
      from pg_description d join pg_trigger t on d.classoid = 'pg_trigger'::regclass and t.oid = d.objoid join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'prosa'::regnamespace
    union all
    select format('schema prosa: grants %s', pg_temp.acl(n.nspacl)) from pg_namespace n where n.nspname = 'prosa'
    union all
    select format('member of %s: %s', e.extname, pg_describe_object(d.classid, d.objid, d.objsubid)) from pg_depend d join pg_extension e on e.oid = d.refobjid
     where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e' and e.extname like 'prosa%'
    union all
    select format('extension %s %s in %s', e.extname, e.extversion, e.extnamespace::regnamespace) from pg_extension e) x
 order by line collate "C";
-- pg_partman's, in whatever schema it is
select format($$select 'partman: ' || (to_jsonb(c) - 'maintenance_last_run')::text from %s.part_config c where parent_table like 'prosa.%%'
                union all select 'partman may be used by prosa_owner: ' || has_table_privilege('prosa_owner', '%1$s.part_config', 'select, update')$$, e.extnamespace::regnamespace)
  from pg_extension e where e.extname = 'pg_partman' \gexec
