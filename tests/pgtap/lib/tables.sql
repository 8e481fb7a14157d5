-- What the catalogue tests are about. Included after lib/personas.sql.

-- tables that belong to no tenant: every other table of the schema is a tenant's
create function pg_temp.reference_tables() returns name[] language sql stable security definer as $$ select prosa._reference_tables() $$;

-- partitions and pg_partman's templates too; is_append_only: audit_log and its partitions
create temporary view tenant_tables as
select c.oid, c.relname, c.relkind, c.relispartition, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
       case c.relname when 'tenants' then 'id' else 'tenant_id' end as tenant_column,
       c.oid = 'prosa.audit_log'::regclass
       or exists (select from pg_inherits h where h.inhrelid = c.oid and h.inhparent = 'prosa.audit_log'::regclass) as is_append_only
  from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p')
   and c.relname <> all (pg_temp.reference_tables());
grant select on tenant_tables to public;
