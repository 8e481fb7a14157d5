-- Every primary, unique and foreign key of a tenant table contains the tenant: no key tells one tenant of another.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(11);

create temporary view keys_without_tenant as
select format('%s %s', t.relname, i.indexrelid::regclass) collate "default" as what
  from tenant_tables t
  join pg_index i on i.indrelid = t.oid and (i.indisunique or i.indisexclusion)
 where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = t.tenant_column
                      and a.attnum = any (i.indkey::smallint[]))
   -- the slug is what a tenant is named by on the platform
   and i.indexrelid <> 'prosa.tenants_slug_key'::regclass
union all
select format('%s %s', t.relname, k.conname) collate "default"
  from tenant_tables t
  join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
  left join tenant_tables r on r.oid = k.confrelid
 where -- a reference table (plans) has no tenant
       r.oid is not null
   and not exists (
       select from unnest(k.conkey, k.confkey) pair (here, there)
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.here and a.attname = t.tenant_column
         join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.there and b.attname = r.tenant_column);

create temporary view keys_that_start_elsewhere as
select format('%s %s', t.relname, i.indexrelid::regclass) collate "default" as what
  from tenant_tables t
  join pg_index i on i.indrelid = t.oid and i.indisprimary
  join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
 where a.attname <> t.tenant_column;

create temporary view without_primary_key as
select c.relname from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p') and c.relname not in ('messages_template', 'audit_log_template')
   and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary);

-- what a distributed table cannot have
create temporary view not_distributable as
select format('%s.%s is an identity', t.relname, a.attname) collate "default" as what
  from tenant_tables t join pg_attribute a on a.attrelid = t.oid and a.attidentity <> ''
union all
select format('%s %s sets null', t.relname, k.conname) collate "default"
  from tenant_tables t join pg_constraint k on k.conrelid = t.oid and k.contype = 'f' and k.confdeltype in ('n', 'd')
union all
select format('%s.%s defaults to a tenant', t.relname, a.attname) collate "default"
  from tenant_tables t join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id' and a.atthasdef;

select cmp_ok((select count(*) from tenant_tables t join pg_index i on i.indrelid = t.oid and i.indisunique), '>=', 30::bigint,
              'there are keys to look at');
select is_empty('select what from keys_without_tenant', 'every primary, unique and foreign key of a tenant table contains its tenant');
select is_empty('select what from keys_that_start_elsewhere', 'every primary key starts with the tenant');
select is_empty('select relname from without_primary_key', 'every table has a primary key');
select is_empty('select what from not_distributable', 'no identity column, no SET NULL, no default that computes the tenant');

-- each rule trips
create table prosa.zz_keys (
    tenant_id uuid not null default prosa.current_tenant_id(),
    id bigint generated always as identity,
    conversation_id uuid,
    code text,
    constraint zz_keys_pkey primary key (id, tenant_id),
    constraint zz_keys_code_key unique (code));
create unique index zz_keys_conversation_key on prosa.zz_keys (conversation_id) where code is null;
select set_eq('select what from keys_without_tenant', array['zz_keys prosa.zz_keys_code_key', 'zz_keys prosa.zz_keys_conversation_key'],
              'unique keys without a tenant are found');
select results_eq('select what from keys_that_start_elsewhere', array['zz_keys prosa.zz_keys_pkey'], 'a key in the wrong order is found');
select set_eq('select what from not_distributable', array['zz_keys.id is an identity', 'zz_keys.tenant_id defaults to a tenant'],
              'an identity and a computed tenant are found');
alter table prosa.contacts add constraint zz_contacts_id_key unique (id);
alter table prosa.zz_keys drop constraint zz_keys_code_key;
drop index prosa.zz_keys_conversation_key;
alter table prosa.zz_keys add constraint zz_keys_contact_fkey foreign key (conversation_id) references prosa.contacts (id) on delete set null;
select set_eq('select what from keys_without_tenant', array['contacts prosa.zz_contacts_id_key', 'zz_keys zz_keys_contact_fkey'],
              'a foreign key without a tenant is found');
select ok(exists (select from not_distributable where what = 'zz_keys zz_keys_contact_fkey sets null'), 'SET NULL is found');
create table prosa.zz_heap (tenant_id uuid not null);
select results_eq('select relname::text collate "default" from without_primary_key', array['zz_heap'], 'a table without primary key is found');

select * from finish();
rollback;
