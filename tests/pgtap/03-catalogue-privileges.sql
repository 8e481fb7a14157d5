-- Who may do what is exactly what expected/privileges.txt says, and follows the rules whatever that file says.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
\ir lib/privileges.sql
select plan(20);

create temporary table expected_privilege (role text, kind text, object text, privilege text);
\ir expected/privileges.txt

select cmp_ok((select count(*) from expected_privilege), '>=', 100::bigint, 'the expected matrix was read');
select is_empty('select * from privilege except select * from expected_privilege',
                'nobody may do what is not in expected/privileges.txt');
select is_empty('select * from expected_privilege except select * from privilege',
                'everything in expected/privileges.txt is granted');

create temporary view broken_rule as
select x.rule, x.object collate "default" as object from (
select 'granted to PUBLIC' as rule, p.kind || ' ' || p.object as object from privilege p where p.role = 'PUBLIC'
union all
select 'a role that is none of ours', p.role || ': ' || p.object from privilege p
 where p.role not in ('PUBLIC', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor')
   -- the schema belongs to whoever created the extension
   and not (p.kind = 'schema' and p.role = 'prosa_owner')
union all
select 'TRUNCATE, REFERENCES or TRIGGER', p.role || ': ' || p.object from privilege p
 where p.privilege in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
union all
select 'prosa_app writes', p.object from privilege p
 where p.role = 'prosa_app' and p.privilege in ('INSERT', 'UPDATE', 'DELETE')
union all
select 'prosa_worker touches a table', p.object from privilege p
 where p.role = 'prosa_worker' and p.kind in ('table', 'view', 'column')
union all
select 'prosa_monitor does more than read', p.object from privilege p
 where p.role = 'prosa_monitor' and p.kind in ('table', 'view', 'column') and p.privilege <> 'SELECT'
union all
select 'created in the schema', p.role from privilege p
 where p.kind = 'schema' and p.privilege = 'CREATE' and p.role <> 'prosa_owner'
union all
select 'partition with grants', c.relname::text from pg_class c cross join lateral aclexplode(c.relacl) a
 where c.relnamespace = 'prosa'::regnamespace and c.relispartition and c.relkind in ('r', 'p') and a.grantee <> c.relowner
union all
select 'not owned by prosa_owner', c.relname::text from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relowner <> to_regrole('prosa_owner')) x;

select is_empty('select * from broken_rule', 'no grant breaks a rule');

-- effective privileges, memberships included, agree with the grants
select is_empty($$
    select c.relname, x.privilege
      from pg_class c
     cross join (values ('insert'), ('update'), ('delete'), ('truncate'), ('references'), ('trigger')) x (privilege)
     where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
       and (has_table_privilege('prosa_app', c.oid, x.privilege)
            or x.privilege in ('insert', 'update') and has_any_column_privilege('prosa_app', c.oid, x.privilege))
    $$, 'prosa_app holds no writing privilege on any table, column or view, by whatever way');
select is_empty($$
    select c.relname, r.role from pg_class c
     cross join (values ('prosa_app'), ('prosa_worker'), ('prosa_admin'), ('prosa_monitor')) r (role)
     where c.relnamespace = 'prosa'::regnamespace and c.relispartition and c.relkind in ('r', 'p')
       and has_table_privilege(r.role, c.oid, 'select, insert, update, delete, truncate, references, trigger')
    $$, 'no role reaches a partition directly');
select is_empty($$
    select r.rolname from pg_roles r
     where r.rolname in ('prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor')
       and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolcanlogin)
    $$, 'no role of Prosa logs in, is superuser, bypasses row security or makes roles and databases');
select is((select count(*)::integer from pg_roles r where r.rolname in ('prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor')),
          5, 'the five roles exist');
select is_empty($$
    select m.roleid::regrole, m.member::regrole from pg_auth_members m
     where m.roleid = to_regrole('prosa_owner')
        or m.member in (to_regrole('prosa_app'), to_regrole('prosa_worker'), to_regrole('prosa_admin'), to_regrole('prosa_monitor'), to_regrole('prosa_owner'))
    $$, 'nobody is a member of prosa_owner, and no role of Prosa is a member of another role');
select is_empty($$
    select p.proname from pg_proc p join pg_language l on l.oid = p.prolang
     where p.pronamespace = 'prosa'::regnamespace and l.lanname = 'java'
       and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                    where a.grantee not in (p.proowner, to_regrole('prosa_owner')))
    $$, 'the Java routines, where they are installed, are for prosa_owner alone');
-- what reads a definer function's arguments must not be a way round: internal functions are not for applications
select set_eq($$ select object from privilege where role in ('prosa_app', 'prosa_monitor') and kind = 'function' and object like '\_%' $$,
              array['_require_tenant(uuid)', '_context_tenant()', '_require_java()', '_phone(text)', '_create_inbox(uuid, text, text, bool, jsonb)',
                    '_get_or_create_contact(uuid, jsonb, text)', '_get_or_create_conversation(uuid, uuid, uuid)',
                    '_receive_webhook(uuid, text, text, jsonb, jsonb)',
                    '_record_message(uuid, uuid, text, text, text, timestamptz, int4, int4, text, text, text, text, jsonb, jsonb)',
                    '_record_messages(uuid, jsonb)', '_upsert_memory(uuid, uuid, text, text, jsonb)'],
              'of the internal functions, an application may call checks and the delegates of the writers only');

-- each rule trips
grant select on prosa.api_keys to public;
select ok(exists (select from broken_rule where rule = 'granted to PUBLIC' and object = 'table api_keys'), 'a grant to PUBLIC is found');
select isnt_empty('select * from privilege except select * from expected_privilege', 'a grant that is not expected is found');
revoke select on prosa.plans from prosa_app;
select results_eq('select role, object from (select * from expected_privilege except select * from privilege) x',
                  $$ values ('prosa_app', 'plans') $$, 'an expected grant that is missing is found');
grant trigger on prosa.messages to prosa_admin;
select ok(exists (select from broken_rule where rule = 'TRUNCATE, REFERENCES or TRIGGER'), 'TRIGGER to somebody is found');
grant update (name) on prosa.contacts to prosa_app;
select results_eq($$ select object from broken_rule where rule = 'prosa_app writes' $$, array['contacts.name'], 'a column to write is found');
grant select on prosa.messages_default to prosa_app;
select results_eq($$ select object from broken_rule where rule = 'partition with grants' $$, array['messages_default'], 'a partition with a grant is found');
create function prosa.zz_open() returns integer language sql immutable as 'select 1';
select ok(exists (select from broken_rule where rule = 'granted to PUBLIC' and object = 'function zz_open()'),
          'a function that nobody revoked from PUBLIC is found');
create role zz_stranger;
grant select on prosa.plans to zz_stranger;
select ok(exists (select from broken_rule where rule = 'a role that is none of ours' and object = 'zz_stranger: plans'), 'a grant to a stranger is found');
create table prosa.zz_mine (tenant_id uuid primary key);
select ok(exists (select from broken_rule where rule = 'not owned by prosa_owner' and object = 'zz_mine'), 'a table of another owner is found');

select * from finish();
rollback;
