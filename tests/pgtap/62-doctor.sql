-- doctor(): a row a check, and each check notices what it is for.
begin;
\ir lib/personas.sql
select plan(53);

select prosa.run_maintenance(), prosa.set_config_value('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:8080/v1", "model": "bge", "secret": "key_name"}'),
       prosa.set_config_value('chat_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:8080/v1", "model": "llm"}') \g /dev/null
create function pg_temp.finding(p_check text) returns text language sql as
$$ select case when d.ok then 'ok' else 'not ok' end from prosa.doctor() d where d.check_name = p_check $$;

select pg_temp.as_monitor();
select set_eq('select check_name from prosa.doctor()', array['schema', 'audit', 'pgvector', 'row security', 'owner', 'lint', 'tenant context', 'months ahead', 'default partition', 'expired months', 'retention', 'Java routines',
              'parameter logging', 'keys', 'embedding endpoint', 'chat endpoint', 'embedding queue', 'memory windows', 'embedding endpoints', 'embedding indexes', 'embedding models', 'quotas', 'jobs'], 'these are the checks, which a monitor may run');
select is_empty($$ select check_name from prosa.doctor() where not ok and check_name not in ('Java routines', 'keys', 'parameter logging') $$, 'a fresh installation is well');
select is_empty($$ select check_name from prosa.doctor() where coalesce(detail, '') = '' or coalesce(hint, '') = '' $$, 'every check says what it found and what to do');
select is(pg_temp.finding('Java routines'), case when pg_temp.has_java() then 'ok' else 'not ok' end, 'the Java routines are there or not');
select pg_temp.as_admin();
select isnt_empty('select * from prosa.doctor()', 'the operator may run it');
select pg_temp.as_app();
select throws_ok('select * from prosa.doctor()', '42501', null, 'an application may not');
select pg_temp.reset_role();

-- each of them trips
savepoint well;
delete from prosa.schema_migrations where version = (select max(version) from prosa.schema_migrations);
select is(pg_temp.finding('schema'), 'not ok', 'a migration that was not run');
rollback to well;
alter table prosa.contacts no force row level security;
select is(pg_temp.finding('row security'), 'not ok', 'a table that is not under forced row security');
select alike((select detail from prosa.doctor() where check_name = 'row security'), '%contacts%', 'by its name');
rollback to well;
alter table prosa.messages_default disable row level security;
select is(pg_temp.finding('row security'), 'not ok', 'a partition that is not');
rollback to well;
drop trigger audit_log_refuse_truncate on prosa.audit_log_default;
select is(pg_temp.finding('audit'), 'not ok', 'a month of the audit log that could be truncated');
select alike((select detail from prosa.doctor() where check_name = 'audit'), 'not append-only: %audit_log_default', 'by its name');
rollback to well;
alter role prosa_owner login;
select is(pg_temp.finding('owner'), 'not ok', 'an owner that may log in');
rollback to well;
alter role prosa_owner bypassrls;
select is(pg_temp.finding('owner'), 'not ok', 'or bypasses row security');
rollback to well;
comment on table prosa.contacts is null;
select is(pg_temp.finding('lint'), 'ok', 'a finding of lint() that is for information is nothing');
grant truncate on prosa.messages to prosa_admin;
select results_eq($$ select ok, detail from prosa.doctor() where check_name = 'lint' $$, $$ values (false, '1: unsafe_privilege prosa.messages') $$, 'an error is, by its name');
grant truncate on prosa.contacts, prosa.inboxes, prosa.tenants to prosa_admin;
select is((select detail from prosa.doctor() where check_name = 'lint'),
          '4: unsafe_privilege prosa.contacts, unsafe_privilege prosa.inboxes, unsafe_privilege prosa.messages, …', 'several by their number and the first of them');
rollback to well;
create index zz_idx on prosa.contacts (tenant_id, id);
select is(pg_temp.finding('lint'), 'not ok', 'so is a warning');
rollback to well;
select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select pg_temp.leave(:'sorriso', :'conversation', 'very old', now() - interval '9 years') \g /dev/null
select is(pg_temp.finding('default partition'), 'not ok', 'messages in the default partition');
select is(pg_temp.finding('retention'), 'not ok', 'a message that is long past its retention');
select prosa.refresh_consumption_summary() \g /dev/null
select is(pg_temp.finding('embedding queue'), 'ok', 'a message that waits for its embedding is nothing');
select prosa._settle_messages() \g /dev/null
update prosa.embedding_queue set enqueued_at = now() - interval '16 minutes' where tenant_id = :'sorriso';
select is(pg_temp.finding('embedding queue'), 'not ok', 'one that has waited for a quarter of an hour is');
update prosa.embedding_queue set enqueued_at = now(), failed_at = now() where tenant_id = :'sorriso';
select is(pg_temp.finding('embedding queue'), 'not ok', 'so is one that was given up');
rollback to well;
select pg_temp.new_tenant('sorriso', 'starter') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select pg_temp.leave(:'sorriso', :'conversation', 'a day late', now() - interval '31 days') \g /dev/null
select is(pg_temp.finding('retention'), 'ok', 'a message that went past it yesterday is nothing');
select pg_temp.leave(:'sorriso', :'conversation', 'late', now() - interval '33 days') \g /dev/null
select is(pg_temp.finding('retention'), 'not ok', 'one of the day before is');
select prosa.place_legal_hold(:'sorriso', 'a case') \g /dev/null
select results_eq($$ select ok, detail from prosa.doctor() where check_name = 'retention' $$, $$ values (true, 'no tenant has messages two days past its retention; legal holds: 1') $$, 'unless it is under legal hold');
insert into prosa.expired_months (name, parent, starts_at, ends_at, swept_messages) values ('messages_zz', 'prosa.messages', now(), now(), 7);
select results_eq($$ select ok, detail like '1, the first detached %: messages_zz (7 messages swept)' from prosa.doctor() where check_name = 'expired months' $$, $$ values (true, true) $$, 'a month that is being swept is nothing');
update prosa.expired_months set detached_at = now() - interval '3 days', swept_at = now();
select is(pg_temp.finding('expired months'), 'not ok', 'one that has been for days is');
select alike((select detail from prosa.doctor() where check_name = 'expired months'), '%messages_zz (to be dropped)', 'it says how far it is');
rollback to well;
select format('drop table %s', string_agg(m.month::text, ', ')) as drop_month from prosa._months('prosa.inbound_events') m where m.starts_at = date_trunc('month', now()) + interval '1 month' \gset
:drop_month;
select is(pg_temp.finding('months ahead'), 'not ok', 'a month that webhook events will miss');
select alike((select detail from prosa.doctor() where check_name = 'months ahead'), format('missing: prosa.inbound_events %s,%%', to_char(now() + interval '1 month', 'YYYY-MM')), 'by its name');
rollback to well;
select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_inbox(:'sorriso') \g /dev/null
select pg_temp.deliver(:'sorriso', '{"event": "old"}') \g /dev/null
update prosa.inbound_events set received_at = now() - interval '9 years' where event = 'old';
select results_eq($$ select ok, detail from prosa.doctor() where check_name = 'default partition' $$, $$ values (false, 'rows of months without a partition wait in inbound_events_default') $$, 'a webhook event in the default partition');
rollback to well;
select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select is(pg_temp.finding('embedding endpoint'), 'not ok', 'no embedding endpoint');
select prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "mock"}') \g /dev/null
select is(pg_temp.finding('chat endpoint'), 'not ok', 'a chat endpoint for trying out');
rollback to well;
update prosa.plans set monthly_messages = 10 where code = 'enterprise';
select pg_temp.new_tenant('sorriso') as sorriso \gset
insert into prosa.usage_daily (tenant_id, day, inbox_id, agent_type, model, messages_in) values (:'sorriso', (now() at time zone 'UTC')::date, :'sorriso', 'none', 'none', 7);
select is(pg_temp.finding('quotas'), 'ok', 'a tenant that has used a part of its quota is nothing');
update prosa.usage_daily set messages_in = 8 where tenant_id = :'sorriso';
select results_eq($$ select ok, detail from prosa.doctor() where check_name = 'quotas' $$, $$ values (false, 'of 0 tenant(s) one is used up, 1 more have been warned') $$, 'one that has used the part to be warned at is');
update prosa.usage_daily set messages_in = 10 where tenant_id = :'sorriso';
select results_eq($$ select ok, detail from prosa.doctor() where check_name = 'quotas' $$, $$ values (false, 'of 1 tenant(s) one is used up, 0 more have been warned') $$, 'so is one that has used it up');
rollback to well;
select prosa.finish_job('prosa retention', 'it broke') \g /dev/null
select is(pg_temp.finding('jobs'), 'not ok', 'a job that failed');
select alike((select detail from prosa.doctor() where check_name = 'jobs'), '%prosa retention: it broke%', 'with its error');
select prosa.finish_job('prosa retention') \g /dev/null
select is(pg_temp.finding('jobs'), 'ok', 'until it ran well');
rollback to well;
create role zz_login login in role prosa_app;
alter role zz_login set log_parameter_max_length = 0;
set local log_min_duration_statement = 0;
select is(pg_temp.finding('parameter logging'), 'not ok', 'a login whose parameters the server logs');
select alike((select detail from prosa.doctor() where check_name = 'parameter logging'), '%zz_login%', 'by its name');
set local log_min_duration_statement = -1;
select is(pg_temp.finding('parameter logging'), 'ok', 'unless it logs no statements');
set local log_statement = 'all';
select is(pg_temp.finding('parameter logging'), 'not ok', 'of either kind');
alter role zz_login set log_parameter_max_length_on_error = 0;
select unalike((select detail from prosa.doctor() where check_name = 'parameter logging'), '%zz_login%', 'with both settings it logs none');
rollback to well;
delete from prosa.key_store;
select is(pg_temp.finding('keys'), 'not ok', 'no keys');
insert into prosa.key_store (directory, master_key_id) values ('/nowhere', '00000000');
select is(pg_temp.finding('keys'), 'ok', 'until there are some');
rollback to well;

-- before install()
alter table prosa.schema_migrations rename to schema_migrations_away;
select results_eq('select check_name, ok, hint from prosa.doctor()', $$ values ('schema', false, 'SELECT prosa.install();') $$, 'before install() it says to run it');
rollback to well;

-- no secret in it: it names endpoints, not keys
select is((select count(*)::integer from prosa.doctor() d where d::text like '%key_name%'), 0, 'it does not even name a secret');
select is(current_setting('timezone'), 'UTC', 'it leaves the time zone as it is');
select is(prosa.version(), (select extversion from pg_extension where extname = 'prosa'), 'version() is the extension''s');
select pg_temp.as_app();
select matches(prosa.version(), '^[0-9]+\.[0-9]+\.[0-9]+$', 'and everybody may ask');
select lives_ok('select prosa.version()', 'without a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
