-- install(): repeatable, mends what was changed by hand, refuses a database of another release.
begin;
\ir lib/personas.sql
select plan(25);

create function pg_temp.state() returns table (what text, how text) language sql as $$
    select 'table ' || c.relname, format('%s %s %s', c.relowner::regrole, c.relrowsecurity, c.relforcerowsecurity)
      from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'i', 'I')
    union all
    select 'grants ' || c.relname, string_agg(format('%s %s', a.grantee::regrole, a.privilege_type), ',' order by a.grantee::regrole::text, a.privilege_type)
      from pg_class c cross join lateral aclexplode(c.relacl) a where c.relnamespace = 'prosa'::regnamespace group by c.relname
    union all
    select format('policy %s %s', c.relname, p.polname), format('%s %s', p.polroles, pg_get_expr(p.polqual, p.polrelid))
      from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = 'prosa'::regnamespace
    union all
    select 'trigger ' || t.tgname, count(*)::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where c.relnamespace = 'prosa'::regnamespace and not t.tgisinternal group by t.tgname
    union all
    select 'row of ' || x.what, x.how from (
        select 'plans', p.code || p.retention_days from prosa.plans p
        union all select 'system_config', c.key || c.value from prosa.system_config c
        union all select 'jobs', j.name || j.command from prosa.jobs j
        union all select 'schema_migrations', m.version || m.checksum || m.applied_at from prosa.schema_migrations m) x (what, how)
$$;
select set_eq('select version, area from prosa.schema_migrations', 'select version, area from prosa._schema_files() where version is not null', 'every migration is recorded');
select set_eq('select version, checksum from prosa.schema_migrations', 'select version, checksum from prosa._schema_files() where version is not null', 'with its checksum');
select is((select array_agg(version order by version) from prosa.schema_migrations), (select array_agg(n::integer) from generate_series(1, (select count(*) from prosa.schema_migrations)) n), 'numbered without a gap');
select is((select count(*)::integer from prosa._schema_files() where version is null), 3, 'row security, grants and what is audited are put in order every time');

-- again
create temporary table before as select * from pg_temp.state();
update prosa.plans set retention_days = 31 where code = 'starter';
set local search_path = public, pg_temp;
select alike(prosa.install(), 'Prosa ' || prosa.version() || ' is installed: migrations 1 to %', 'a second time is no error');
select is(current_setting('search_path'), 'public, pg_temp', 'the session''s search_path is as it was');
select is(current_setting('client_min_messages'), 'warning', 'so are its settings');
select is(current_user, session_user, 'and its role');
select is((select retention_days from prosa.plans where code = 'starter'), 31, 'what the operator changed stays');
update prosa.plans set retention_days = 30 where code = 'starter';
select is_empty('(table before except select * from pg_temp.state()) union all (select * from pg_temp.state() except table before)', 'everything else is as it was');

-- what was changed by hand
grant all on prosa.messages, prosa.api_keys to prosa_app;
revoke select on prosa.contacts from prosa_app;
grant select on prosa.conversations to public;
drop policy owner_access on prosa.contacts;
alter table prosa.messages_default disable row level security;
alter table prosa.inboxes no force row level security;
select isnt_empty('select * from pg_temp.state() except table before', 'what was changed by hand');
select prosa.install() \g /dev/null
select is_empty('(table before except select * from pg_temp.state()) union all (select * from pg_temp.state() except table before)', 'is put in order');

-- another release
savepoint released;
update prosa.schema_migrations set checksum = 'other' where version = 3;
select throws_ok('select prosa.install()', '55000', 'migration 3 (conversations) is not the one that was run in this database', 'a migration that was changed is refused');
rollback to released;
delete from prosa.schema_migrations where version = (select max(version) from prosa.schema_migrations);
select throws_ok('select prosa.install()', '42P07', null, 'a migration is run that is not recorded, and fails as a whole where its tables exist');
rollback to released;
drop table prosa.jobs;
delete from prosa.schema_migrations where area = 'jobs';
select lives_ok('select prosa.install()', 'a migration that is missing is run');
select is((select count(*)::integer from prosa.jobs), 5, 'and makes its tables');
select ok(has_table_privilege('prosa_monitor', 'prosa.jobs', 'select'), 'with their grants');
rollback to released;

-- who may
select pg_temp.as_admin();
select throws_ok('select prosa.install()', '42501', null, 'the operator does not install');
select pg_temp.reset_role();
create role zz_installer;
grant usage on schema prosa to zz_installer;
grant execute on function prosa.install(), prosa._install(), prosa.version() to zz_installer;
set local role zz_installer;
select throws_ok('select prosa.install()', '42501', 'prosa.install() must be run by a superuser', 'nor does anybody who is no superuser, and is told so');
reset role;

-- data is no part of the extension: it is dumped, and not dropped with it
select is_empty($$
    select c.relname from pg_class c join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
     where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') $$, 'no table, view or sequence is a member of the extension');
select throws_ok('drop extension prosa', '2BP01', null, 'so the extension is not dropped while they use it');
select is_empty($$
    select p.proname from pg_proc p where p.pronamespace = 'prosa'::regnamespace
       and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e') $$, 'every function is');

-- a new start, after everything was dropped; pg_partman keeps its configuration of tables that are gone
drop schema prosa cascade;
create extension prosa;
select lives_ok('select prosa.install()', 'what was dropped as a whole is installed anew');
select is((select count(*)::integer from prosa.schema_migrations), (select count(*)::integer from prosa._schema_files() where version is not null), 'with every migration');
select lives_ok('select prosa.run_maintenance()', 'and kept');

select * from finish();
rollback;
