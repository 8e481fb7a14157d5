-- lint(): finds nothing in a clean installation, and each of its rules names what breaks it and nothing else.
begin;
\ir lib/personas.sql

-- a table that breaks no rule, with whatever columns and constraints besides
create function pg_temp.good_table(p_name text, p_more text default '') returns void language plpgsql as $$
begin
    execute format('create table prosa.%I (tenant_id uuid not null, id uuid not null, constraint %I primary key (tenant_id, id)%s)', p_name, p_name || '_pkey', p_more);
    execute format('comment on table prosa.%I is %L', p_name, 'A table that breaks no rule.');
    execute format('alter table prosa.%I owner to prosa_owner', p_name);
    perform prosa._secure_table(format('prosa.%I', p_name)::regclass);
end
$$;

-- a function that breaks no rule
create function pg_temp.good_function(p_name text, p_how text, p_returns text default 'integer', p_body text default 'begin return 1; end') returns void language plpgsql as $$
begin
    execute format('create function prosa.%I() returns %s language plpgsql %s set search_path = pg_catalog, prosa, pg_temp as %L', p_name, p_returns, p_how, p_body);
    execute format('comment on function prosa.%I() is %L', p_name, 'A function that breaks no rule.');
    execute format('alter function prosa.%I() owner to prosa_owner', p_name);
    execute format('revoke all on function prosa.%I() from public', p_name);
end
$$;

-- what lint() finds once the commands have run, which are then undone
create function pg_temp.findings_after(p_commands text, p_schema name default 'prosa') returns text[] language plpgsql as $$
declare
    v_findings text[];
begin
    begin
        execute p_commands;
        v_findings := (select array_agg(l.rule || ' ' || l.object order by l.rule collate "C", l.object collate "C") from prosa.lint(p_schema) l);
        raise exception using errcode = 'ZZ001', message = 'undo';
    exception when sqlstate 'ZZ001' then
        return v_findings;
    end;
end
$$;

create temporary table fixture (id integer generated always as identity, rule text, object text, commands text, description text, besides text[]);
insert into fixture (rule, object, commands, description) values
-- ---------------------------------------------------------------- whose rows they are
('no_tenant_column', 'prosa.zz',
    $$ create table prosa.zz (id uuid constraint zz_pkey primary key); comment on table prosa.zz is 'x'; alter table prosa.zz owner to prosa_owner $$, 'a table without a tenant'),
('tenant_default', 'prosa.contacts.tenant_id', 'alter table prosa.contacts alter tenant_id set default prosa.current_tenant_id()', 'a default that computes the tenant'),
('rls_disabled', 'prosa.zz',
    $$ select pg_temp.good_table('zz'); drop policy tenant_isolation on prosa.zz; drop policy owner_access on prosa.zz; drop policy admin_access on prosa.zz;
       alter table prosa.zz disable row level security, no force row level security $$, 'a bare table'),
('policy_exists_rls_disabled', 'prosa.contacts', 'alter table prosa.contacts disable row level security', 'a table whose policies are not in force'),
('policy_exists_rls_disabled', 'prosa.messages_default', 'alter table prosa.messages_default disable row level security', 'or a partition'),
('row_security_not_forced', 'prosa.contacts', 'alter table prosa.contacts no force row level security', 'row security that does not bind the owner'),
('row_security_not_forced', 'prosa.embeddings_shared', 'alter table prosa.embeddings_shared no force row level security', 'of a partition too'),
('rls_enabled_no_policy', 'prosa.plans', 'alter table prosa.plans enable row level security', 'row security without a policy'),
('rls_policy_always_true', 'tenant_isolation on prosa.contacts',
    'drop policy tenant_isolation on prosa.contacts; create policy tenant_isolation on prosa.contacts using (true)', 'a policy that lets everything through'),
('rls_policy_always_true', 'tenant_isolation on prosa.contacts',
    'drop policy tenant_isolation on prosa.contacts; create policy tenant_isolation on prosa.contacts using (tenant_id = (select prosa.current_tenant_id())) with check (true)', 'or in'),
('rls_policy_always_true', 'monitor_access on prosa.zz',
    $$ select pg_temp.good_table('zz'); drop policy tenant_isolation on prosa.zz; create policy monitor_access on prosa.zz to prosa_monitor using (true) $$, 'a monitor reads, and does no more'),
('policy_without_tenant', 'tenant_isolation on prosa.contacts',
    'drop policy tenant_isolation on prosa.contacts; create policy tenant_isolation on prosa.contacts using (tenant_id is not null)', 'a policy that asks for no tenant'),
('policy_without_tenant', 'tenant_isolation on prosa.contacts',
    $$ drop policy tenant_isolation on prosa.contacts; create policy tenant_isolation on prosa.contacts using (tenant_id = (select prosa.current_tenant_id()) and name <> 'x' or name is null) $$, 'or leaves another way in'),
('policy_without_tenant', 'tenant_isolation on prosa.contacts',
    'drop policy tenant_isolation on prosa.contacts; create policy tenant_isolation on prosa.contacts using (tenant_id = (select prosa.current_tenant_id()) or name is null)', 'right beside it'),
('policy_without_tenant', 'tenant_isolation on prosa.tenants',
    $$ drop policy tenant_isolation on prosa.tenants; create policy tenant_isolation on prosa.tenants using (slug = 'x') $$, 'of the tenants themselves'),
('multiple_permissive_policies', 'extra on prosa.contacts',
    'create policy extra on prosa.contacts to prosa_app using (tenant_id = (select prosa.current_tenant_id()))', 'a permissive policy beside another'),
('multiple_permissive_policies', 'extra on prosa.contacts',
    'create policy extra on prosa.contacts for delete to prosa_admin using (true)', 'for the operator too'),
('auth_rls_initplan', 'tenant_isolation on prosa.contacts',
    'alter policy tenant_isolation on prosa.contacts using (tenant_id = prosa.current_tenant_id())', 'a policy that asks for the tenant once a row'),
('auth_rls_initplan', 'extra on prosa.contacts',
    'create policy extra on prosa.contacts as restrictive using (tenant_id = prosa.current_tenant_id() and name is null)', 'also one that narrows'),
('policy_reads_table', 'extra on prosa.contacts',
    'create policy extra on prosa.contacts as restrictive using (exists (select from prosa.plans))', 'a policy with a subquery'),
('policy_calls_volatile', 'extra on prosa.contacts',
    'create policy extra on prosa.contacts as restrictive using (random() < 2)', 'a policy that calls a volatile function'),
('policy_calls_volatile', 'extra on prosa.contacts',
    'create policy extra on prosa.contacts as restrictive for insert with check (created_at < clock_timestamp())', 'or checks by one'),
('policy_calls_volatile', 'extra on prosa.contacts',
    $$ create schema zz; create function zz.same(uuid, uuid) returns boolean language sql volatile as 'select true';
       create operator zz.=== (function = zz.same, leftarg = uuid, rightarg = uuid);
       create policy extra on prosa.contacts as restrictive using (id operator(zz.===) id) $$, 'or uses an operator that does'),
('security_definer_view', 'prosa.zz',
    $$ create view prosa.zz as select * from prosa.contacts; comment on view prosa.zz is 'x'; alter view prosa.zz owner to prosa_owner $$, 'a view with its owner''s rights'),
('security_definer_view', 'prosa.consumption_inbox_daily', 'alter view prosa.consumption_inbox_daily set (security_invoker = off)', 'or one that was given them'),
('detached_partition', 'prosa.messages_default',
    $$ comment on table prosa.messages_default is 'x'; alter table prosa.messages detach partition prosa.messages_default $$, 'a partition that was detached'),
('detached_partition', 'prosa.zz',
    $$ create table prosa.zz (like prosa.messages, constraint zz_pkey primary key (tenant_id, id)); comment on table prosa.zz is 'x'; alter table prosa.zz owner to prosa_owner;
       select prosa._secure_table('prosa.zz') $$, 'a copy of the messages'),
('detached_partition_exposed', 'prosa.messages_default',
    $$ comment on table prosa.messages_default is 'x'; alter table prosa.messages detach partition prosa.messages_default; grant select on prosa.messages_default to prosa_app $$, 'a detached partition with a grant'),
('detached_partition_exposed', 'prosa.messages_default',
    $$ comment on table prosa.messages_default is 'x'; alter table prosa.messages detach partition prosa.messages_default; grant select (content) on prosa.messages_default to prosa_app $$, 'on a column'),
('detached_partition_exposed', 'prosa.messages_template', 'grant select on prosa.messages_template to prosa_admin', 'the template of the partitions with a grant'),
-- ---------------------------------------------------------------- keys, indexes, columns
('no_primary_key', 'prosa.zz', $$ select pg_temp.good_table('zz'); alter table prosa.zz drop constraint zz_pkey $$, 'a table without primary key'),
('key_without_tenant', 'prosa.zz_key', $$ select pg_temp.good_table('zz', ', code text, constraint zz_key unique (code)') $$, 'a unique key without the tenant'),
('key_without_tenant', 'prosa.zz_key', 'create unique index zz_key on prosa.contacts (name) where name is not null', 'on some rows'),
('key_without_tenant', 'prosa.zz_key', 'create unique index zz_key on prosa.contacts (id) include (tenant_id)', 'that only carries it along'),
('key_without_tenant', 'prosa.zz_excl', 'alter table prosa.contacts add constraint zz_excl exclude (id with =)', 'an exclusion'),
('key_without_tenant', 'prosa.zz_pkey', $$ select pg_temp.good_table('zz'); alter table prosa.zz drop constraint zz_pkey, add constraint zz_pkey primary key (id) $$, 'a primary key'),
('key_without_tenant', 'prosa.zz_key', 'create unique index zz_key on prosa.messages_default (id)', 'of one partition'),
('key_without_tenant', 'prosa.zz_key', 'create unique index zz_key on prosa.embeddings (segment_id, item_id)', 'of a partitioned table, once'),
('primary_key_order', 'prosa.zz_pkey', $$ select pg_temp.good_table('zz'); alter table prosa.zz drop constraint zz_pkey, add constraint zz_pkey primary key (id, tenant_id) $$, 'a primary key in the wrong order'),
('foreign_key_without_tenant', 'zz_fkey on prosa.zz',
    $$ select pg_temp.good_table('zz', ', other_tenant_id uuid, contact_id uuid,
           constraint zz_fkey foreign key (other_tenant_id, contact_id) references prosa.contacts (tenant_id, id)');
       create index zz_idx on prosa.zz (other_tenant_id, contact_id) $$, 'a foreign key that does not pair the tenants'),
('foreign_key_sets_null', 'zz_fkey on prosa.zz',
    $$ select pg_temp.good_table('zz', ', contact_id uuid, constraint zz_fkey foreign key (tenant_id, contact_id) references prosa.contacts on delete set null');
       create index zz_idx on prosa.zz (tenant_id, contact_id) $$, 'a foreign key that sets null'),
('unindexed_foreign_key', 'zz_fkey on prosa.zz',
    $$ select pg_temp.good_table('zz', ', contact_id uuid, constraint zz_fkey foreign key (tenant_id, contact_id) references prosa.contacts') $$, 'a foreign key without index'),
('unindexed_foreign_key', 'conversations_contact_id_fkey on prosa.conversations', 'drop index prosa.conversations_contact_id_idx', 'whose columns are not the first of any'),
('unindexed_foreign_key', 'conversations_contact_id_fkey on prosa.conversations',
    'drop index prosa.conversations_contact_id_idx; create index zz_idx on prosa.conversations (tenant_id, contact_id) where lead_score > 0', 'that has only a partial one'),
('unindexed_foreign_key', 'messages_conversation_id_fkey on prosa.messages', 'drop index prosa.messages_conversation_idx', 'of a partitioned table, once'),
('duplicate_index', 'prosa.zz_idx', 'create index zz_idx on prosa.conversations (tenant_id, contact_id)', 'a second index on the same columns'),
('duplicate_index', 'prosa.zz_idx', 'create index zz_idx on prosa.contacts (tenant_id, id)', 'or on those of the primary key'),
('duplicate_index', 'prosa.zz_key', 'create unique index zz_key on prosa.contacts (tenant_id, id)', 'unique or not'),
('identity_column', 'prosa.zz.n', $$ select pg_temp.good_table('zz', ', n bigint generated always as identity') $$, 'an identity column'),
('identity_column', 'prosa.zz.n', $$ select pg_temp.good_table('zz', ', n bigserial') $$, 'a serial column'),
('enum_column', 'prosa.zz.mood',
    $$ create type prosa.zz_mood as enum ('good'); comment on type prosa.zz_mood is 'x'; select pg_temp.good_table('zz', ', mood prosa.zz_mood') $$, 'an enum column'),
('unsupported_reg_type', 'prosa.zz.dictionary', $$ select pg_temp.good_table('zz', ', dictionary regdictionary') $$, 'a column that pg_upgrade refuses'),
('unsupported_reg_type', 'prosa.zz.dictionaries', $$ select pg_temp.good_table('zz', ', dictionaries regdictionary[]') $$, 'or an array of its type'),
('unlogged_table', 'prosa.zz', $$ select pg_temp.good_table('zz'); alter table prosa.zz set unlogged $$, 'an unlogged table'),
('rewrite_rule', 'zz_rule on prosa.contacts', 'create rule zz_rule as on delete to prosa.contacts do instead nothing', 'a rule'),
-- ---------------------------------------------------------------- grants
('granted_to_public', 'prosa.plans', 'grant select on prosa.plans to public', 'a table for everybody'),
('granted_to_public', 'prosa.contacts', 'grant select (name) on prosa.contacts to public', 'a column'),
('granted_to_public', 'prosa', 'grant usage on schema prosa to public', 'the schema'),
('definer_granted_to_public', 'prosa.zz()', $$ select pg_temp.good_function('zz', 'security definer'); grant execute on function prosa.zz() to public $$, 'a definer function for everybody'),
('function_granted_to_public', 'prosa.zz()', $$ select pg_temp.good_function('zz', ''); grant execute on function prosa.zz() to public $$, 'another function'),
('function_granted_to_public', 'prosa.zz()',
    $$ create function prosa.zz() returns integer language sql immutable set search_path = pg_catalog, prosa, pg_temp as 'select 1';
       comment on function prosa.zz() is 'x'; alter function prosa.zz() owner to prosa_owner $$, 'from which nobody revoked it'),
('unsafe_privilege', 'prosa.messages', 'grant truncate on prosa.messages to prosa_admin', 'TRUNCATE'),
('unsafe_privilege', 'prosa.messages', 'grant trigger on prosa.messages to prosa_admin', 'TRIGGER'),
('unsafe_privilege', 'prosa.contacts', 'grant references (tenant_id, id) on prosa.contacts to prosa_app', 'REFERENCES on columns'),
('table_written_directly', 'prosa.contacts', 'grant insert on prosa.contacts to prosa_app', 'an application that writes a table'),
('table_written_directly', 'prosa.contacts', 'grant update (name) on prosa.contacts to prosa_app', 'or a column'),
('table_written_directly', 'prosa.plans', 'grant delete on prosa.plans to prosa_worker', 'a worker that does'),
('partition_granted', 'prosa.messages_default', 'grant select on prosa.messages_default to prosa_admin', 'a partition with a grant'),
('sequence_granted', 'prosa.zz', 'create sequence prosa.zz; alter sequence prosa.zz owner to prosa_owner; grant usage on sequence prosa.zz to prosa_app', 'a sequence'),
('materialized_view_granted', 'prosa.zz',
    $$ create materialized view prosa.zz as select 1 as n; comment on materialized view prosa.zz is 'x'; alter materialized view prosa.zz owner to prosa_owner;
       grant select on prosa.zz to prosa_app $$, 'a materialized view'),
('foreign_table_granted', 'prosa.zz',
    $$ create foreign data wrapper zz; create server zz foreign data wrapper zz; create foreign table prosa.zz (n integer) server zz; comment on foreign table prosa.zz is 'x';
       alter foreign table prosa.zz owner to prosa_owner; grant select on prosa.zz to prosa_admin $$, 'a foreign table'),
('sensitive_column_readable', 'prosa.api_keys.key_hash', 'grant select on prosa.api_keys to prosa_app', 'the hash of a key'),
('sensitive_column_readable', 'prosa.contacts.access_token', 'alter table prosa.contacts add column access_token text', 'a token'),
('sensitive_column_readable', 'prosa.inboxes.credentials_encrypted', 'alter table prosa.inboxes add column credentials_encrypted text', 'credentials'),
('sensitive_column_readable', 'prosa.jobs.wrapped_key', 'alter table prosa.jobs add column wrapped_key bytea', 'a key that a monitor would read'),
('default_privileges', 'for role prosa_owner in schema prosa on tables',
    'alter default privileges for role prosa_owner in schema prosa grant select on tables to prosa_app', 'default privileges'),
('default_privileges', 'for role prosa_owner on tables', 'alter default privileges for role prosa_owner grant select on tables to public', 'in all schemas'),
('schema_create', 'prosa', 'grant create on schema prosa to prosa_app', 'an application that may create objects'),
('extension_schema_writable', 'pgcrypto',
    $$ create schema zz; alter extension pgcrypto set schema zz; grant create on schema zz to public $$, 'everybody may create objects beside pgcrypto'),
-- ---------------------------------------------------------------- functions
('definer_search_path', 'prosa.zz()', $$ select pg_temp.good_function('zz', 'security definer'); alter function prosa.zz() reset search_path $$, 'a definer function with its caller''s search_path'),
('definer_search_path', 'prosa.zz()', $$ select pg_temp.good_function('zz', 'security definer'); alter function prosa.zz() set search_path = pg_catalog, prosa $$, 'one that finds temporary tables first'),
('definer_search_path', 'prosa.zz()', $$ select pg_temp.good_function('zz', 'security definer'); alter function prosa.zz() set search_path = pg_catalog, "$user", pg_temp $$, 'or the caller''s own schema'),
('function_search_path_mutable', 'prosa.zz()', $$ select pg_temp.good_function('zz', ''); alter function prosa.zz() reset search_path $$, 'a function with its caller''s search_path'),
('definer_bypasses_row_security', 'prosa.zz()', $$ select pg_temp.good_function('zz', 'security definer'); alter function prosa.zz() owner to current_user $$, 'a definer function of a superuser'),
('definer_bypasses_row_security', 'prosa.zz()',
    $$ select pg_temp.good_function('zz', 'security definer'); create role zz_role bypassrls; alter function prosa.zz() owner to zz_role $$, 'or of a role that bypasses row security'),
('leakproof_function', 'prosa.zz()', $$ select pg_temp.good_function('zz', 'leakproof') $$, 'a leakproof function'),
('trigger_function_invoker', 'prosa.zz()',
    $$ select pg_temp.good_function('zz', '', 'trigger', 'begin update prosa.conversations c set lead_score = 1; return null; end') $$, 'a trigger function that writes as its caller'),
('trigger_function_invoker', 'prosa.zz()',
    $$ select pg_temp.good_function('zz', '', 'trigger', 'begin insert into prosa.plans (code, retention_days) values (''x'', 1); return null; end') $$, 'or inserts'),
('not_owned_by_prosa_owner', 'prosa.zz()', $$ select pg_temp.good_function('zz', ''); alter function prosa.zz() owner to current_user $$, 'a function of another owner'),
('not_owned_by_prosa_owner', 'prosa.zz', $$ select pg_temp.good_table('zz'); alter table prosa.zz owner to current_user $$, 'a table of another owner'),
-- ---------------------------------------------------------------- roles
('role_too_powerful', 'prosa_owner', 'alter role prosa_owner bypassrls', 'an owner that bypasses row security'),
('role_too_powerful', 'prosa_app', 'alter role prosa_app login', 'an application role that logs in'),
('role_too_powerful', 'prosa_worker', 'alter role prosa_worker superuser', 'a worker that is superuser'),
('role_too_powerful', 'prosa_admin', 'alter role prosa_admin createrole', 'an operator that makes roles'),
('context_parameter_granted', 'prosa_app', 'grant set on parameter backtrace_functions to prosa_app', 'an application that may note any tenant'),
('context_parameter_granted', 'prosa_owner', 'grant alter system on parameter backtrace_functions to prosa_owner', 'a note for the whole server'),
('role_with_membership', 'prosa_app', 'create role zz_group; grant zz_group to prosa_app', 'an application role that is in another'),
('owner_login', 'zz_login', 'create role zz_group; grant prosa_owner to zz_group; create role zz_login login in role zz_group', 'a login in prosa_owner, by whatever way'),
('owner_login', 'zz_login', 'create role zz_login login in role prosa_keyring', 'or in prosa_keyring'),
('application_login_too_powerful', 'zz_login', 'create role zz_login login in role prosa_app, prosa_admin', 'an application''s login that is the operator''s too'),
('application_login_too_powerful', 'zz_login', 'create role zz_group in role prosa_app; create role zz_login login bypassrls in role zz_group', 'or bypasses row security'),
('application_login_too_powerful', 'zz_login', 'create role zz_login login in role prosa_app, pg_read_all_data', 'or reads everything'),
('application_login_too_powerful', 'zz_login', 'create role zz_login login in role prosa_app, pg_execute_server_program', 'or runs programs'),
('application_login_too_powerful', 'zz_login', 'create role zz_login login superuser in role prosa_app', 'or is superuser'),
-- ---------------------------------------------------------------- comments
('no_comment', 'prosa.zz()', $$ select pg_temp.good_function('zz', ''); comment on function prosa.zz() is null $$, 'a function without comment'),
('no_comment', 'prosa.contacts', 'comment on table prosa.contacts is null', 'a table without comment'),
('no_comment', 'messages_post on prosa.messages', 'comment on trigger messages_post on prosa.messages is null', 'a trigger without comment'),
('no_comment', 'prosa.zz', $$ create type prosa.zz as (n integer) $$, 'a type without comment');
-- where one fault is two
insert into fixture (rule, object, commands, description, besides) values
('tenant_column_loose', 'prosa.zz.tenant_id',
    $$ select pg_temp.good_table('zz'); alter table prosa.zz drop constraint zz_pkey; alter table prosa.zz alter tenant_id drop not null $$, 'a tenant that may be null', '{no_primary_key prosa.zz}'),
('tenant_column_loose', 'prosa.zz.tenant_id',
    $$ select pg_temp.good_table('zz'); drop policy tenant_isolation on prosa.zz; alter table prosa.zz alter tenant_id type text;
       create policy tenant_isolation on prosa.zz using (tenant_id = (select prosa.current_tenant_id()::text)) $$, 'one that is text', '{policy_without_tenant tenant_isolation on prosa.zz}'),
('detached_partition_exposed', 'prosa.messages_default', $$ comment on table prosa.messages_default is 'x';
       alter table prosa.messages detach partition prosa.messages_default; alter table prosa.messages_default no force row level security $$,
    'a detached partition without forced row security', '{row_security_not_forced prosa.messages_default}'),
('role_with_membership', 'prosa_monitor', 'grant pg_read_all_data to prosa_monitor', 'a monitor that reads everything', '{sensitive_column_readable prosa.api_keys.key_hash,sensitive_column_readable prosa.context_secret.secret,sensitive_column_readable prosa.data_keys.wrapped_key,sensitive_column_readable prosa.secrets.ciphertext,sensitive_column_readable prosa.valid_api_keys.key_hash}'),
('granted_to_public', 'prosa.api_keys', 'grant select on prosa.api_keys to public', 'keys for everybody', '{sensitive_column_readable prosa.api_keys.key_hash}');

-- what looks like one of them and is none
create temporary table innocent (commands text, description text);
insert into innocent values
    ($$ select pg_temp.good_table('zz') $$, 'a good table'),
    ($$ select pg_temp.good_function('zz', 'security definer') $$, 'a good function'),
    ('create policy extra on prosa.contacts as restrictive using (name is null)', 'a policy that narrows the others'),
    ('drop policy tenant_isolation on prosa.contacts; create policy tenant_isolation on prosa.contacts using (tenant_id = (select prosa.current_tenant_id()) and (name is null or profile is null))',
        'a policy that asks for the tenant and more'),
    ('drop policy tenant_isolation on prosa.contacts; create policy of_app on prosa.contacts to prosa_app using (tenant_id = (select prosa.current_tenant_id()));
      create policy narrow on prosa.contacts as restrictive using (name is not null)', 'a policy of another name with a restrictive one'),
    ($$ create function prosa.zz() returns bigint language sql stable return (select count(*) from prosa.plans); comment on function prosa.zz() is 'x';
        alter function prosa.zz() owner to prosa_owner; revoke all on function prosa.zz() from public $$, 'a function whose names are bound'),
    ($$ select pg_temp.good_table('zz', ', contact_id uuid, constraint zz_fkey foreign key (tenant_id, contact_id) references prosa.contacts');
        create index zz_idx on prosa.zz (contact_id, tenant_id, id) $$, 'a foreign key with an index in another order'),
    ('create index zz_idx on prosa.conversations (tenant_id, contact_id) where lead_score > 0', 'an index like another on some rows only'),
    ($$ select pg_temp.good_function('zz', '', 'trigger', 'begin new.content := ''update prosa.plans set''; return new; end') $$, 'a trigger function that names a command'),
    ('create role zz_login login in role prosa_app; create role zz_other login createdb in role prosa_app; create role zz_jobs login in role prosa_worker; create role zz_operator login in role prosa_admin', 'logins of one role each'),
    ('grant pg_monitor to prosa_monitor', 'a monitor that reads the server''s statistics'),
    ('alter default privileges for role prosa_owner revoke execute on functions from public', 'default privileges that take away');

select plan((select count(*)::integer from fixture) + (select count(*)::integer from innocent) + 20);

-- ---------------------------------------------------------------- a clean installation
select is_empty('select * from prosa.lint()', 'a clean installation breaks no rule');
select ok((select count(*) filter (where tenant_attnum is not null) >= 25 and count(*) filter (where is_partition) >= 10 from prosa._lint_relations('prosa'::regnamespace))
          and (select count(*) >= 80 from prosa._lint_routines('prosa'::regnamespace)), 'which has tables, partitions and functions to look at');
select is(pg_temp.findings_after(i.commands), null, i.description || ' is none') from innocent i;

-- ---------------------------------------------------------------- each rule trips
select is(pg_temp.findings_after(f.commands), 
          (select array_agg(x order by x collate "C") from unnest(array[f.rule || ' ' || f.object] || f.besides) x), f.rule || ': ' || f.description) from fixture f order by f.id;

-- ---------------------------------------------------------------- the rules
select is_empty('select rule from prosa._lint_rules() except select rule from fixture', 'every rule was seen to find something');
select is_empty('select rule from fixture except select rule from prosa._lint_rules()', 'and every finding is of a rule that is described');
select is((select count(distinct rule) from prosa._lint_rules()), (select count(*) from prosa._lint_rules()), 'a rule is described once');
select is_empty($$ select rule from prosa._lint_rules() where level not in ('ERROR', 'WARN', 'INFO') or coalesce(meaning, '') = '' or remediation !~ '%s' $$,
                'with its level, what it means, and what to do with the object');

-- ---------------------------------------------------------------- the answer
grant truncate on prosa.messages to prosa_admin;
comment on table prosa.contacts is null;
create index zz_idx on prosa.contacts (tenant_id, id);
select results_eq('select level, rule, object from prosa.lint()',
    $$ values ('ERROR', 'unsafe_privilege', 'prosa.messages'), ('WARN', 'duplicate_index', 'prosa.zz_idx'), ('INFO', 'no_comment', 'prosa.contacts') $$, 'the worst comes first');
select results_eq($$ select detail, remediation from prosa.lint() where rule = 'unsafe_privilege' $$,
    $$ values ('prosa_admin may TRUNCATE', 'REVOKE TRUNCATE, REFERENCES, TRIGGER ON prosa.messages FROM whoever has them (and MAINTAIN, from PostgreSQL 17 on).') $$, 'a finding says what is wrong and what to do');
select lives_ok((select remediation from prosa.lint() where rule = 'duplicate_index'), 'in SQL where that is possible');
select is_empty($$ select rule from prosa.lint() where rule = 'duplicate_index' $$, 'which mends it');

-- ---------------------------------------------------------------- a schema of one's own
create schema zz_app;
comment on schema zz_app is 'x';
create table zz_app.notes (tenant_id uuid not null, id uuid not null, contact_id uuid, constraint notes_pkey primary key (tenant_id, id),
    constraint notes_contact_fkey foreign key (tenant_id, contact_id) references prosa.contacts (tenant_id, id));
comment on table zz_app.notes is 'x';
create table zz_app.countries (code text constraint countries_pkey primary key);
comment on table zz_app.countries is 'x';
create function zz_app.all_notes() returns bigint language sql security definer set search_path = zz_app, pg_temp as 'select count(*) from zz_app.notes';
comment on function zz_app.all_notes() is 'x';
select results_eq($$ select rule, object from prosa.lint('zz_app') $$, $$ values
    ('definer_bypasses_row_security', 'zz_app.all_notes()'), ('definer_granted_to_public', 'zz_app.all_notes()'),
    ('rls_disabled', 'zz_app.notes'), ('unindexed_foreign_key', 'notes_contact_fkey on zz_app.notes') $$, 'is held to the rules that are about its objects');
create index notes_contact_idx on zz_app.notes (tenant_id, contact_id);
alter table zz_app.notes enable row level security, force row level security;
create policy by_tenant on zz_app.notes using (tenant_id = (select prosa.current_tenant_id()));
revoke all on function zz_app.all_notes() from public;
alter function zz_app.all_notes() owner to prosa_owner;
select is_empty($$ select * from prosa.lint('zz_app') $$, 'and is clean when they are kept');
alter table zz_app.notes drop constraint notes_contact_fkey, add constraint notes_contact_fkey foreign key (contact_id, tenant_id) references prosa.contacts (tenant_id, id);
select results_eq($$ select rule, object from prosa.lint('zz_app') $$, $$ values ('foreign_key_without_tenant', 'notes_contact_fkey on zz_app.notes') $$, 'a foreign key into Prosa pairs the tenants');
create schema "Zz App";
comment on schema "Zz App" is 'x';
create table "Zz App"."T" (a integer);
comment on table "Zz App"."T" is 'x';
select results_eq($$ select rule, object, remediation from prosa.lint('Zz App') $$,
    $$ values ('no_primary_key', '"Zz App"."T"', 'ALTER TABLE "Zz App"."T" ADD PRIMARY KEY (tenant_id, …);') $$, 'whatever its name');
select throws_ok($$ select * from prosa.lint('zz_nowhere') $$, '3F000', null, 'a schema that is not there is refused');
-- extensions answer for themselves
select is_empty($$ select object from prosa.lint((select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'vector')) where object ~ 'vector' $$,
                'what an extension brought is not looked at');

-- ---------------------------------------------------------------- who may ask
select pg_temp.as_monitor();
select isnt_empty('select * from prosa.lint()', 'a monitor may');
select pg_temp.as_admin();
select isnt_empty('select * from prosa.lint()', 'the operator may');
select pg_temp.as_app();
select throws_ok('select * from prosa.lint()', '42501', null, 'an application may not');
select pg_temp.as_worker();
select throws_ok('select * from prosa.lint()', '42501', null, 'a worker may not');
select pg_temp.reset_role();

select * from finish();
rollback;
