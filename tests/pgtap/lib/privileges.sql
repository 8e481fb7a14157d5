-- Who may do what, as the catalogue has it: role × object × privilege, owners left out.
-- Included after lib/personas.sql. Partitions come and go by the month and have a rule of their own (none); the
-- LANGUAGE java routines come with another extension and have a test of their own.
create temporary view privilege as
with object (kind, name, acl, owner) as (
    select 'schema', n.nspname::text, coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner
      from pg_namespace n where n.nspname = 'prosa'
    union all
    select case c.relkind when 'v' then 'view' else 'table' end, c.relname::text,
           coalesce(c.relacl, acldefault('r', c.relowner)), c.relowner
      from pg_class c
     where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
    union all
    select 'sequence', c.relname::text, coalesce(c.relacl, acldefault('s', c.relowner)), c.relowner
      from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind = 'S'
    union all
    select 'column', c.relname::text || '.' || a.attname::text, a.attacl, c.relowner
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'prosa'::regnamespace and not c.relispartition and a.attacl is not null
    union all
    select case p.prokind when 'p' then 'procedure' else 'function' end,
           format('%s(%s)', p.proname, (
               select string_agg(case when t.typelem <> 0 and t.typname like '\_%' then substr(t.typname, 2) || '[]'
                                      else t.typname::text end, ', ' order by a.ordinality)
                 from unnest(p.proargtypes::oid[]) with ordinality a (type, ordinality) join pg_type t on t.oid = a.type)),
           coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner
      from pg_proc p join pg_language l on l.oid = p.prolang
     where p.pronamespace = 'prosa'::regnamespace and l.lanname <> 'java'
)
select (case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee)::text end) collate "default" as role,
       o.kind collate "default" as kind, o.name collate "default" as object, a.privilege_type collate "default" as privilege
  from object o cross join lateral aclexplode(o.acl) a
 where a.grantee <> o.owner;
