create or replace function prosa._lint_tables(p_schema oid)
    returns table (rule text, object text, detail text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
with t as materialized (
    select r.* from prosa._lint_relations(p_schema) r where r.kind in ('r', 'p')
), parent_table as (
    -- partitions have what their parent has
    select t.* from t where not t.is_partition
), own_index as (
    select i.*, t.tenant_attnum, (pg_identify_object('pg_class'::regclass, i.indexrelid, 0)).identity
      from t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
     where not c.relispartition
), foreign_key as (
    select k.*, t.tenant_attnum, (pg_identify_object('pg_constraint'::regclass, k.oid, 0)).identity
      from t join pg_constraint k on k.conrelid = t.oid
     where k.contype = 'f' and k.conparentid = 0
), table_column as (
    select a.*, t.tenant_attnum, (pg_identify_object('pg_class'::regclass, t.oid, a.attnum)).identity,
           y.typtype, y.oid::regtype as element_type
      from parent_table t join pg_attribute a on a.attrelid = t.oid
      join pg_type x on x.oid = a.atttypid join pg_type y on y.oid = case when x.typcategory = 'A' then x.typelem else x.oid end
     where a.attnum > 0 and not a.attisdropped
), partition_shape as (
    select t.oid, array_agg(format('%s %s', a.attname, a.atttypid) order by a.attname) as columns
      from t join pg_attribute a on a.attrelid = t.oid
     where t.tenant_attnum is not null and not t.is_partition and a.attnum > 0 and not a.attisdropped
     group by t.oid
), detached_partition as (
    -- a table with the very columns of a partitioned one that is no partition: names are no evidence
    select t.oid, t.identity, p.identity as parent, t.name = p.name || '_template' as is_template,
           not (t.row_security and t.forced)
               or exists (select from aclexplode(t.acl) a where a.grantee <> t.owner)
               or exists (select from pg_attribute x where x.attrelid = t.oid and x.attacl is not null) as is_exposed
      from t join partition_shape s on s.oid = t.oid
      join partition_shape ps on ps.columns = s.columns join t p on p.oid = ps.oid
     where t.kind = 'r' and p.kind = 'p'
)
-- ---------------------------------------------------------------- whose rows they are
select 'no_tenant_column', t.identity, 'has no tenant_id and is no reference table'
  from parent_table t
 where t.tenant_attnum is null and p_schema = 'prosa'::regnamespace and t.name <> all (prosa._reference_tables())
union all
select 'tenant_column_loose', c.identity, format('is %s%s', c.element_type, case when c.attnotnull then '' else ' and may be null' end)
  from table_column c
 where c.attnum = c.tenant_attnum and not (c.attnotnull and c.atttypid = 'uuid'::regtype)
union all
select 'tenant_default', c.identity, 'has the default ' || pg_get_expr(d.adbin, d.adrelid)
  from table_column c join pg_attrdef d on d.adrelid = c.attrelid and d.adnum = c.attnum
 where c.attnum = c.tenant_attnum and c.attname = 'tenant_id'
-- ---------------------------------------------------------------- keys
union all
select 'no_primary_key', t.identity, 'has no primary key'
  from parent_table t
 where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)
   and not exists (select from detached_partition d where d.identity = t.identity and d.is_template)
union all
select 'key_without_tenant', i.identity, pg_get_indexdef(i.indexrelid)
  from own_index i
 where (i.indisunique or i.indisexclusion) and i.tenant_attnum <> all ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
   and i.indexrelid is distinct from to_regclass('prosa.tenants_slug_key')   -- by its slug a tenant is known on the whole platform
union all
select 'primary_key_order', i.identity, pg_get_indexdef(i.indexrelid)
  from own_index i
 where i.indisprimary and i.tenant_attnum = any (i.indkey::smallint[]) and i.indkey[0] <> i.tenant_attnum
union all
select 'foreign_key_without_tenant', k.identity, pg_get_constraintdef(k.oid)
  from foreign_key k
 where k.tenant_attnum is not null and prosa._tenant_attnum(k.confrelid) is not null
   and k.confkey[array_position(k.conkey, k.tenant_attnum)] is distinct from prosa._tenant_attnum(k.confrelid)
union all
select 'foreign_key_sets_null', k.identity, pg_get_constraintdef(k.oid)
  from foreign_key k
 where k.tenant_attnum is not null and (k.confdeltype in ('n', 'd') or k.confupdtype in ('n', 'd'))
union all
-- an index serves whose first columns are the key's, in any order
select 'unindexed_foreign_key', k.identity, 'no index begins with its columns'
  from foreign_key k
 where not exists (
           select from pg_index i
            where i.indrelid = k.conrelid and i.indisvalid and i.indpred is null
              and (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] @> k.conkey
              and i.indnkeyatts >= cardinality(k.conkey))
   -- plans and a tenant's inboxes are few and seldom removed; an index would cost every message's writer, every day
   and k.confrelid is distinct from to_regclass('prosa.plans') and k.confrelid is distinct from to_regclass('prosa.inboxes')
union all
select 'duplicate_index', i.identity, 'is the same as ' || min(j.identity)
  from own_index i
  join own_index j on (j.indrelid, j.indkey, j.indclass, j.indcollation, j.indoption) = (i.indrelid, i.indkey, i.indclass, i.indcollation, i.indoption)
   and j.indnkeyatts = i.indnkeyatts
   and pg_get_expr(j.indpred, j.indrelid) is not distinct from pg_get_expr(i.indpred, i.indrelid)
   and pg_get_expr(j.indexprs, j.indrelid) is not distinct from pg_get_expr(i.indexprs, i.indrelid)
   -- the one that enforces something stays, else the older one
   and (j.indisunique and not i.indisunique or j.indisunique = i.indisunique and (not j.indisprimary, j.indexrelid) < (not i.indisprimary, i.indexrelid))
 where (select c.relam from pg_class c where c.oid = i.indexrelid) = (select c.relam from pg_class c where c.oid = j.indexrelid)
 group by i.identity
-- ---------------------------------------------------------------- columns
union all
select 'identity_column', c.identity, case c.attidentity when '' then 'takes its default from a sequence' else 'is an identity' end
  from table_column c left join pg_attrdef d on d.adrelid = c.attrelid and d.adnum = c.attnum
 where c.tenant_attnum is not null and (c.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ '\mnextval\(')
union all
select 'enum_column', c.identity, format('is of the enum type %s', c.element_type)
  from table_column c
 where c.tenant_attnum is not null and c.typtype = 'e'
union all
select 'unsupported_reg_type', c.identity, format('is of type %s', c.element_type)
  from table_column c
 where c.element_type in ('regcollation', 'regconfig', 'regdictionary', 'regnamespace', 'regoper', 'regoperator', 'regproc', 'regprocedure')
-- ---------------------------------------------------------------- what they are
union all
select 'unlogged_table', t.identity, 'is unlogged'
  from t
 where t.tenant_attnum is not null and t.persistence = 'u'
union all
select 'rewrite_rule', (pg_identify_object('pg_rewrite'::regclass, w.oid, 0)).identity, 'rewrites statements on ' || r.identity
  from prosa._lint_relations(p_schema) r join pg_rewrite w on w.ev_class = r.oid
 where w.rulename <> '_RETURN'
union all
select 'detached_partition', d.identity, format('has the columns of %s and is no partition of it', d.parent)
  from detached_partition d
 where not d.is_exposed and not d.is_template
   -- retention is at it
   and not exists (select from prosa._expired_tables() e where e = d.oid)
   -- maintenance is about to attach it
   and not exists (select from prosa._moving_tables() e where e = d.oid)
union all
select 'detached_partition_exposed', d.identity, format('has the columns of %s, is no partition of it, and has grants or lacks forced row security', d.parent)
  from detached_partition d
 where d.is_exposed
$$;
comment on function prosa._lint_tables(oid) is 'lint(): tables, their keys, indexes and columns.';
