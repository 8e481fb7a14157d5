create or replace function prosa._lint_comments(p_schema oid)
    returns table (rule text, object text, detail text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
with object (kind, catalogue, oid, identity) as (
    -- a schema that CREATE EXTENSION made has none
    select 'schema', 'pg_namespace', n.oid, quote_ident(n.nspname) from pg_namespace n
     where n.oid = p_schema and not exists (select from pg_extension e where e.extnamespace = n.oid)
    union all
    -- a month's partition is pg_partman's; its parent has the comment
    select 'table or view', 'pg_class', r.oid, r.identity from prosa._lint_relations(p_schema) r where r.kind <> 'S' and not r.is_partition
    union all
    select 'function', 'pg_proc', r.oid, r.identity from prosa._lint_routines(p_schema) r
    union all
    select 'type', 'pg_type', t.oid, (pg_identify_object('pg_type'::regclass, t.oid, 0)).identity
      from pg_type t left join pg_class c on c.oid = t.typrelid
     where t.typnamespace = p_schema and (c.relkind = 'c' or t.typtype in ('d', 'e', 'r'))
       and not exists (select from pg_depend d join pg_extension e on e.oid = d.refobjid
                        where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e' and e.extname not in ('prosa', 'prosa_java'))
    union all
    select 'trigger', 'pg_trigger', t.oid, (pg_identify_object('pg_trigger'::regclass, t.oid, 0)).identity
      from pg_trigger t join prosa._lint_relations(p_schema) r on r.oid = t.tgrelid where not t.tgisinternal and not r.is_partition
)
select 'no_comment', o.identity, format('a %s without a comment', o.kind)
  from object o
 where coalesce(btrim(obj_description(o.oid, o.catalogue::name)), '') = ''
$$;
comment on function prosa._lint_comments(oid) is 'lint(): what does not explain itself.';
