create or replace function prosa._lint_grants(p_schema oid)
    returns table (rule text, object text, detail text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
with r as materialized (
    select * from prosa._lint_relations(p_schema)
), object (kind, identity, is_partition, acl, owner) as (
    select 'schema', (pg_identify_object('pg_namespace'::regclass, n.oid, 0)).identity, false, n.nspacl, n.nspowner
      from pg_namespace n where n.oid = p_schema
    union all
    select case r.kind when 'S' then 'sequence' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
           r.identity, r.is_partition, r.acl, r.owner
      from r
    union all
    -- to the table that has the column: a grant on some columns is one all the same
    select case r.kind when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
           r.identity, r.is_partition, a.attacl, r.owner
      from r join pg_attribute a on a.attrelid = r.oid and a.attacl is not null
    union all
    select case when p.is_definer then 'definer' else 'invoker' end, p.identity, false, p.acl, p.owner
      from prosa._lint_routines(p_schema) p
), privilege as materialized (
    select o.kind, o.identity, o.is_partition, a.grantee, a.privilege_type as name
      from object o cross join lateral aclexplode(o.acl) a
     where a.grantee <> o.owner
), broken_rule (rule, identity, grantee, name) as (
    select case p.kind when 'definer' then 'definer_granted_to_public' when 'invoker' then 'function_granted_to_public' else 'granted_to_public' end,
           p.identity, p.grantee, p.name
      from privilege p where p.grantee = 0
    union all
    select 'unsafe_privilege', p.identity, p.grantee, p.name
      from privilege p where p.name in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
    union all
    select 'sequence_granted', p.identity, p.grantee, p.name from privilege p where p.kind = 'sequence'
    union all
    select 'partition_granted', p.identity, p.grantee, p.name from privilege p where p.is_partition
    union all
    select 'materialized_view_granted', p.identity, p.grantee, p.name from privilege p where p.kind = 'materialized view'
    union all
    select 'foreign_table_granted', p.identity, p.grantee, p.name from privilege p where p.kind = 'foreign table'
    union all
    select 'table_written_directly', p.identity, p.grantee, p.name
      from privilege p
     where p_schema = 'prosa'::regnamespace and p.name in ('INSERT', 'UPDATE', 'DELETE') and p.kind = 'table'
       and p.grantee in (to_regrole('prosa_app'), to_regrole('prosa_worker'), to_regrole('prosa_monitor'))
    union all
    select 'schema_create', p.identity, p.grantee, p.name
      from privilege p where p.kind = 'schema' and p.name = 'CREATE' and p.grantee <> to_regrole('prosa_owner')
)
select b.rule, b.identity,
       format('%s may %s', case b.grantee when 0 then 'PUBLIC' else pg_get_userbyid(b.grantee) end, string_agg(distinct b.name, ', '))
  from broken_rule b
 group by b.rule, b.identity, b.grantee
union all
-- row security hides other tenants' rows, not a column: what an application reads, an injected query reads
select 'sensitive_column_readable', (pg_identify_object('pg_class'::regclass, r.oid, a.attnum)).identity,
       'may be read by ' || string_agg(w.role, ' and ')
  from r join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
 cross join (values ('prosa_app'), ('prosa_monitor')) w (role)
 where a.attname ~ '(^|_)(password|passwd|passphrase|secret|token|(api|private|secret|session|data|master|wrapped)_?key|credentials?|ciphertext)(_(hash|enc|encrypted|sealed))?$|key_hash$'
   and r.kind <> 'S' and not r.is_partition and has_column_privilege(w.role, r.oid, a.attnum, 'select')
 group by r.oid, a.attnum
union all
select 'default_privileges', (pg_identify_object('pg_default_acl'::regclass, d.oid, 0)).identity,
       format('%s will have %s', case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee) end, string_agg(a.privilege_type, ', ' order by a.privilege_type))
  from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a
 where (d.defaclnamespace = p_schema or d.defaclnamespace = 0 and d.defaclrole = to_regrole('prosa_owner')) and d.defaclobjtype <> 'T'
   and a.grantee <> d.defaclrole
 group by d.oid, a.grantee
$$;
comment on function prosa._lint_grants(oid) is 'lint(): who may do what with tables, columns, sequences, functions and the schema.';
