-- Writes docs/sql-reference.md from the comments of a database in which Prosa is installed:
--   psql -qXAt -f docs/sql-reference.sql > docs/sql-reference.md
\pset format unaligned
\pset tuples_only on
select '# SQL reference

Generated from the comments of the database by `docs/sql-reference.sql`: change a comment where its object is created.
Everything stands in schema `prosa`; names that begin with `_` are internal and not listed. What speaks of the current
tenant needs `set_tenant(id)` or `authenticate(key)` earlier in the same transaction.

## Functions
';
select format(E'### %s\n\n```sql\n%s(%s)%s\n```\n\n%s\n\n```sql\n%s\n```\n\n%s\n',
           p.proname,
           p.proname,
           regexp_replace(pg_get_function_arguments(p.oid), 'public\.|(?<='')::(text|jsonb|interval|text\[\])', '', 'g'),
           case p.prokind when 'p' then '' else ' returns ' || replace(pg_get_function_result(p.oid), 'public.', '') end,
           replace(split_part(obj_description(p.oid, 'pg_proc'), E'\nExample: ', 1), E'\n', E'  \n'),
           split_part(obj_description(p.oid, 'pg_proc'), E'\nExample: ', 2),
           'For ' || coalesce((
               select string_agg(format('`%s`', r.rolname), ', ' order by r.rolname)
                 from aclexplode(p.proacl) a join pg_roles r on r.oid = a.grantee
                where a.privilege_type = 'EXECUTE' and r.rolname in ('prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor')),
               'superusers') || '.')
  from pg_proc p
 where p.pronamespace = 'prosa'::regnamespace and p.proname not like '\_%'
 order by p.proname, p.oid::regprocedure::text;
select E'## Tables and views\n';
select format(E'### %s\n\n%s\n\n| column | type | |\n|---|---|---|\n%s\n',
           c.relname, obj_description(c.oid, 'pg_class'),
           (select string_agg(format('| `%s` | %s%s | %s |', a.attname, replace(format_type(a.atttypid, a.atttypmod), 'public.', ''),
                       case when a.attnotnull then '' else ', null' end,
                       coalesce(col_description(c.oid, a.attnum), '')), E'\n' order by a.attnum)
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))
  from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
 order by c.relname;
select E'## Rules of lint()\n\n| rule | level | meaning | what to do |\n|---|---|---|---|';
select format('| `%s` | %s | %s | %s |', r.rule, r.level, r.meaning, format(r.remediation, '*object*')) from prosa._lint_rules() r;
select E'\n## Roles\n';
select format('* `%s`: %s.', r.rolname, shobj_description(r.oid, 'pg_authid'))
  from pg_roles r
 where r.rolname in ('prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor')
 order by r.rolname;
