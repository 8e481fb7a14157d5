-- Every tenant table, its partitions and its template have the same policies. What lint() looks for is in 07-lint.sql.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(16);

create temporary view without_policies as
select format('%s %s', t.relname, w.name) collate "default" as what
  from tenant_tables t
 cross join lateral (values
       ('tenant_isolation', case when t.is_append_only then 'r' else '*' end, '{0}'::oid[], format('(%s = ( SELECT prosa.current_tenant_id() AS current_tenant_id))', t.tenant_column)),
       ('owner_access', case when t.is_append_only then 'r' else '*' end, array[to_regrole('prosa_owner')::oid], 'true'),
       ('owner_append', 'a', array[to_regrole('prosa_owner')::oid], 'true')) w (name, command, roles, condition)
 where (w.name <> 'owner_append' or t.is_append_only)
   and not exists (
       select from pg_policy p
        where p.polrelid = t.oid and p.polname = w.name and p.polpermissive and p.polcmd::text = w.command and p.polroles = w.roles
          and pg_get_expr(p.polqual, p.polrelid) is not distinct from case when w.command <> 'a' then w.condition end
          and pg_get_expr(p.polwithcheck, p.polrelid) is not distinct from case when w.command <> 'r' then w.condition end);

-- lint() leaves the operator and the owner what they may do; to change the audit log is not among it
create temporary view audit_log_changeable as
select format('%s %s', t.relname, p.polname) collate "default" as what
  from tenant_tables t join pg_policy p on p.polrelid = t.oid
 where t.is_append_only and p.polcmd not in ('r', 'a');

-- lint() knows who reads a materialized view; here nobody does, and none is of tenants, since row security holds in none
create temporary view materialized_view as
select c.relname from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind = 'm' and c.relname <> 'context_secret';

select cmp_ok((select count(*) from tenant_tables), '>=', 25::bigint, 'there are tables to look at');
select cmp_ok((select count(*) from tenant_tables where relispartition), '>=', 10::bigint, 'partitions are among them');
select cmp_ok((select count(*) from tenant_tables where is_append_only), '>=', 7::bigint, 'so are the audit log and its months');
select ok(exists (select from tenant_tables where relname = 'messages_template'), 'messages_template is among them');
select is_empty('select * from without_policies', 'every tenant table has the policies tenant_isolation and owner_access');
select is_empty('select * from audit_log_changeable', 'no policy lets anybody change the audit log');
select is_empty('select * from materialized_view', 'there is no materialized view but the secret of the seals');

-- each rule trips
create table prosa.zz_bare (tenant_id uuid not null, id uuid not null, constraint zz_bare_pkey primary key (tenant_id, id));
comment on table prosa.zz_bare is 'Without row security.';
select set_eq('select what from without_policies', array['zz_bare tenant_isolation', 'zz_bare owner_access'],
              'a table without policies is found');
create policy tenant_isolation on prosa.zz_bare using (true);
select ok(exists (select from without_policies where what = 'zz_bare tenant_isolation'),
          'a policy of the right name that lets everything through is found');
drop policy owner_access on prosa.audit_log_default;
create policy owner_access on prosa.audit_log_default to prosa_owner using (true) with check (true);
select ok(exists (select from without_policies where what = 'audit_log_default owner_access'), 'an owner who may change the audit log is found');
create policy admin_change on prosa.audit_log for update to prosa_admin using (true);
select set_eq('select what from audit_log_changeable', array['audit_log_default owner_access', 'audit_log admin_change'], 'so is an operator who may');
drop policy owner_access on prosa.audit_log_default;
drop policy admin_change on prosa.audit_log;
select prosa._secure_table('prosa.audit_log_default') \g /dev/null

create materialized view prosa.zz_summary as select count(*) from prosa.messages;
select results_eq('select relname::text collate "default" from materialized_view', array['zz_summary'], 'a materialized view is found');
drop materialized view prosa.zz_summary;

-- and is mended
drop policy tenant_isolation on prosa.zz_bare;
alter table prosa.zz_bare owner to prosa_owner;
select isnt_empty('select * from prosa.lint()', 'a bare table is wrong');
select prosa._secure_table('prosa.zz_bare') \g /dev/null
select is_empty('select what from without_policies', '_secure_table() gives it its policies');
select is_empty('select * from prosa.lint()', 'and leaves nothing wrong');
select throws_ok('select prosa._secure_table(''pg_catalog.pg_class'')', '42809', null, '_secure_table() refuses a table of another schema');

select * from finish();
rollback;
