-- Who may do what is exactly what expected/privileges.txt says, and follows the rules whatever that file says.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
\ir lib/privileges.sql
select plan(14);

create temporary table expected_privilege (role text, kind text, object text, privilege text);
\ir expected/privileges.txt

select cmp_ok((select count(*) from expected_privilege), '>=', 100::bigint, 'the expected matrix was read');
select is_empty('select * from privilege except select * from expected_privilege',
                'nobody may do what is not in expected/privileges.txt');
select is_empty('select * from expected_privilege except select * from privilege',
                'everything in expected/privileges.txt is granted');

-- what no grant may be at all is lint()'s: see 07-lint.sql
create temporary view broken_rule as
select x.rule, x.object collate "default" as object from (
select 'a role that is none of ours' as rule, p.role || ': ' || p.object as object from privilege p
 where p.role not in ('PUBLIC', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor')
   -- the schema belongs to whoever created the extension
   and not (p.kind = 'schema' and p.role = 'prosa_owner')
   -- the one function that it does not own
   and not (p.role = 'prosa_owner' and p.object = '_read_key(text, text)')
union all
select 'prosa_worker touches a table', p.object from privilege p
 where p.role = 'prosa_worker' and p.kind in ('table', 'view', 'column')) x;

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
select is((select count(*)::integer from pg_roles r where r.rolname in ('prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor', 'prosa_keyring')),
          6, 'the six roles exist');
select is_empty($$ select m.member::regrole from pg_auth_members m where m.roleid in (to_regrole('prosa_owner'), to_regrole('prosa_keyring')) $$,
                'nobody is a member of prosa_owner or prosa_keyring');
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
                    '_record_message(uuid, uuid, text, text, text, timestamptz, int4, int4, text, text, text, text, jsonb, jsonb, int4, text, text)',
                    '_record_messages(uuid, jsonb, bool)', '_upsert_memory(uuid, uuid, text, text, jsonb, float4, timestamptz)',
                    '_forget_memory(uuid, uuid, uuid, text, text, timestamptz)',
                    '_add_client_file(uuid, text, text, text, int8, text, uuid, int4, jsonb, timestamptz)', '_add_file_chunks(uuid, uuid, jsonb, bool)',
                    '_add_file_text(uuid, uuid, text[], int4, int4)', '_delete_client_file(uuid, uuid)',
                    '_edit_message(uuid, uuid, timestamptz, text, timestamptz)', '_delete_message(uuid, uuid, timestamptz, timestamptz)',
                    '_set_delivery_status(uuid, uuid, timestamptz, text, timestamptz)', '_mark_read(uuid, uuid, int8)',
                    '_check_page(int4, int4, timestamptz, uuid)'],
              'of the internal functions, an application may call checks and the delegates of the writers only');

-- each rule trips
grant select on prosa.api_keys to prosa_app;
select isnt_empty('select * from privilege except select * from expected_privilege', 'a grant that is not expected is found');
revoke select on prosa.plans from prosa_app;
select results_eq('select role, object from (select * from expected_privilege except select * from privilege) x',
                  $$ values ('prosa_app', 'plans') $$, 'an expected grant that is missing is found');
create role zz_stranger;
grant select on prosa.plans to zz_stranger;
select results_eq('select object from broken_rule', array['zz_stranger: plans'], 'a grant to a stranger is found');
grant select on prosa.jobs to prosa_worker;
select ok(exists (select from broken_rule where rule = 'prosa_worker touches a table' and object = 'jobs'), 'a worker that reads a table is found');

select * from finish();
rollback;
