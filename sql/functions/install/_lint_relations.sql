create or replace function prosa._lint_relations(p_schema oid)
    returns table (
        oid oid, identity text, name name, kind "char", is_partition boolean, owner oid, acl aclitem[],
        row_security boolean, forced boolean, persistence "char", options text[], tenant_attnum smallint)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select c.oid, (pg_identify_object('pg_class'::regclass, c.oid, 0)).identity, c.relname, c.relkind, c.relispartition, c.relowner, c.relacl,
           c.relrowsecurity, c.relforcerowsecurity, c.relpersistence, c.reloptions, prosa._tenant_attnum(c.oid)
      from pg_class c
     where c.relnamespace = p_schema and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
$$;
comment on function prosa._lint_relations(oid) is
'What lint() looks at in a schema: tables, views, foreign tables and sequences, but for those that an extension brought. A table with a tenant_attnum is a tenant''s.';
