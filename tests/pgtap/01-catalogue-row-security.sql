-- Every tenant table, its partitions and its template are under forced row security with the same policies.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(20);

create temporary view without_tenant_column as
select t.relname from tenant_tables t
 where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = t.tenant_column
                      and a.atttypid = 'uuid'::regtype and a.attnotnull and not a.attisdropped);

create temporary view not_forced as
select t.relname from tenant_tables t where not (t.relrowsecurity and t.relforcerowsecurity);

create temporary view without_policies as
select format('%s %s', t.relname, w.name) collate "default" as what
  from tenant_tables t
 cross join lateral (values
       ('tenant_isolation', '{0}'::oid[], format('(%s = ( SELECT prosa.current_tenant_id() AS current_tenant_id))', t.tenant_column)),
       ('owner_access', array[to_regrole('prosa_owner')::oid], 'true')) w (name, roles, condition)
 where not exists (
       select from pg_policy p
        where p.polrelid = t.oid and p.polname = w.name and p.polpermissive and p.polcmd = '*' and p.polroles = w.roles
          and pg_get_expr(p.polqual, p.polrelid) = w.condition
          and pg_get_expr(p.polwithcheck, p.polrelid) = w.condition);

-- who else a policy lets in: no role of an application or worker
create temporary view wider_policies as
select format('%s %s', c.relname, p.polname) collate "default" as what
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where c.relnamespace = 'prosa'::regnamespace
   and p.polname not in ('tenant_isolation', 'owner_access')
   and not (p.polname = 'admin_access' and p.polroles = array[to_regrole('prosa_admin')::oid])
   and not (p.polname = 'monitor_access' and p.polroles = array[to_regrole('prosa_monitor')::oid] and p.polcmd = 'r');

-- the one subquery there is reads no table
create temporary view policies_that_read as
select format('%s %s', c.relname, p.polname) collate "default" as what
  from pg_policy p join pg_class c on c.oid = p.polrelid
 where c.relnamespace = 'prosa'::regnamespace
   and (coalesce(p.polqual::text, '') || coalesce(p.polwithcheck::text, '')) ~ ':rtekind 0';

-- a view reads with its owner's eyes unless it is told not to; a materialized view always does, so it is its owner's alone
create temporary view views_past_row_security as
select c.relname from pg_class c
 where c.relnamespace = 'prosa'::regnamespace
   and (c.relkind = 'm' and exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner) or c.relkind = 'v' and not coalesce(c.reloptions @> '{security_invoker=true}', false));

select cmp_ok((select count(*) from tenant_tables), '>=', 25::bigint, 'there are tables to look at');
select cmp_ok((select count(*) from tenant_tables where relispartition), '>=', 10::bigint, 'partitions are among them');
select ok(exists (select from tenant_tables where relname = 'messages_template'), 'messages_template is among them');
select is_empty('select * from without_tenant_column', 'every table but the reference tables has a tenant_id that is never null');
select is_empty('select * from not_forced', 'row security is enabled and forced on every tenant table');
select is_empty('select * from without_policies', 'every tenant table has the policies tenant_isolation and owner_access');
select is_empty('select * from wider_policies', 'the only other policies let in prosa_admin, and prosa_monitor for reading');
select is_empty('select * from policies_that_read', 'no policy reads a table');
select is_empty('select * from views_past_row_security', 'every view reads with the reader''s rights');

-- each rule trips
create table prosa.zz_no_tenant (id uuid primary key);
select results_eq('select relname::text collate "default" from without_tenant_column', array['zz_no_tenant'], 'a table without tenant_id is found');
drop table prosa.zz_no_tenant;

create table prosa.zz_bare (tenant_id uuid not null, id uuid not null, constraint zz_bare_pkey primary key (tenant_id, id));
select results_eq('select relname::text collate "default" from not_forced', array['zz_bare'], 'a table without row security is found');
alter table prosa.zz_bare enable row level security;
select results_eq('select relname::text collate "default" from not_forced', array['zz_bare'], 'row security that does not bind the owner is found');
select set_eq('select what from without_policies', array['zz_bare tenant_isolation', 'zz_bare owner_access'],
              'a table without policies is found');
create policy tenant_isolation on prosa.zz_bare using (true);
select ok(exists (select from without_policies where what = 'zz_bare tenant_isolation'),
          'a policy of the right name that lets everything through is found');
create policy extra_access on prosa.zz_bare to prosa_app using (true);
select results_eq('select what from wider_policies', array['zz_bare extra_access'], 'a policy that lets in more is found');
drop policy tenant_isolation on prosa.zz_bare;
create policy tenant_isolation on prosa.zz_bare using (tenant_id in (select t.id from prosa.tenants t));
select results_eq('select what from policies_that_read', array['zz_bare tenant_isolation'], 'a policy that reads a table is found');

create view prosa.zz_view as select * from prosa.messages;
select results_eq('select relname::text collate "default" from views_past_row_security', array['zz_view'], 'a view with its owner''s rights is found');
drop view prosa.zz_view;
create materialized view prosa.zz_view as select * from prosa.messages;
grant select on prosa.zz_view to prosa_app;
select results_eq('select relname::text collate "default" from views_past_row_security', array['zz_view'], 'and a materialized view that others may read');
drop materialized view prosa.zz_view;

-- and is mended
drop policy extra_access on prosa.zz_bare;
drop policy tenant_isolation on prosa.zz_bare;
alter table prosa.zz_bare owner to prosa_owner;
select prosa._secure_table('prosa.zz_bare') \g /dev/null
select is_empty('select what from without_policies union all select relname from not_forced',
                '_secure_table() mends a bare table');
select throws_ok('select prosa._secure_table(''pg_catalog.pg_class'')', '42809', null, '_secure_table() refuses a table of another schema');

select * from finish();
rollback;
