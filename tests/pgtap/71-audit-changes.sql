-- What is audited: every change of configuration, credentials, roles and retention, by whom, and never a secret.
begin;
\ir lib/personas.sql
select plan(76);

set local application_name = 'the test';
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_inbox(:'sorriso', 'one') as inbox \gset

-- the entries that a statement leaves, in the order of their chains
create function pg_temp.left_by(p_statement text, variadic p_arguments text[] default '{}') returns setof prosa.audit_log language plpgsql as $$
declare
    v_before timestamptz := clock_timestamp();
begin
    execute format(p_statement, variadic p_arguments);
    return query select * from prosa.audit_log l where l.recorded_at > v_before order by l.tenant_id, l.sequence;
end
$$;
create function pg_temp.tenant(p_slug text) returns uuid language sql as $$ select id from prosa.tenants where slug like p_slug || '-%' $$;
create function pg_temp.entries(p_statement text) returns setof text language sql as $$
    select format('%s %s of %s', e.action, e.object, case e.tenant_id when '00000000-0000-0000-0000-000000000000' then 'the platform' when pg_temp.tenant('sorriso') then 'Sorriso' when pg_temp.tenant('harbor') then 'Harbor' else 'another' end) collate "default"
      from pg_temp.left_by(p_statement) e
$$;

-- ---- each audited table, inserted into, updated and deleted from
create temporary table change (object text, chain text, inserted text, updated text, deleted text);
insert into change values
    ('model_prices', 'the platform', 'insert into prosa.model_prices (model, valid_from, currency, input_price) values (''zz'', ''2026-01-01'', ''USD'', 1)', 'update prosa.model_prices set input_price = 2 where model = ''zz''', 'delete from prosa.model_prices where model = ''zz'''),
    ('plans', 'the platform', 'insert into prosa.plans (code, retention_days) values (''zz'', 5)', 'update prosa.plans set retention_days = 6 where code = ''zz''', 'delete from prosa.plans where code = ''zz'''),
    ('tenants', 'another', 'insert into prosa.tenants (id, slug, name) values (''00000000-0000-0000-0000-00000000000a'', ''zz'', ''Zz'')', 'update prosa.tenants set plan = ''pro'' where slug = ''zz''', null),
    ('tenant_settings', 'Sorriso', format('insert into prosa.tenant_settings (tenant_id, key, value) values (%L, ''zz'', ''1'')', :'sorriso'), 'update prosa.tenant_settings set value = ''2'' where key = ''zz''', 'delete from prosa.tenant_settings where key = ''zz'''),
    ('system_config', 'the platform', 'insert into prosa.system_config (key, value) values (''zz'', ''1'')', 'update prosa.system_config set value = ''2'' where key = ''zz''', 'delete from prosa.system_config where key = ''zz'''),
    ('api_keys', 'Sorriso', format('insert into prosa.api_keys (tenant_id, name, scopes, key_hash) values (%L, ''zz'', ''{api}'', ''canary'')', :'sorriso'), 'update prosa.api_keys set key_hash = ''canary 2'' where name = ''zz''', 'delete from prosa.api_keys where name = ''zz'''),
    ('tenant_roles', 'Sorriso', format('insert into prosa.tenant_roles (tenant_id, role_name) values (%L, ''zz'')', :'sorriso'), 'update prosa.tenant_roles set created_at = now() - interval ''1 day'' where role_name = ''zz''', 'delete from prosa.tenant_roles where role_name = ''zz'''),
    ('inboxes', 'Sorriso', format('insert into prosa.inboxes (tenant_id, name, config) values (%L, ''zz'', ''{"token": "canary"}'')', :'sorriso'), 'update prosa.inboxes set config = ''{"token": "canary 2"}'' where name = ''zz''', 'delete from prosa.inboxes where name = ''zz'''),
    ('llm_providers', 'Sorriso', format('insert into prosa.llm_providers (tenant_id, name, protocol, base_url) values (%L, ''zz'', ''openai'', ''https://u:canary@h/v1?api_key=canary'')', :'sorriso'), 'update prosa.llm_providers set base_url = ''https://u:p@canary2@h'' where name = ''zz''', 'delete from prosa.llm_providers where name = ''zz'''),
    ('agents', 'Sorriso', format('insert into prosa.agents (tenant_id, name, agent_type) values (%L, ''zz'', ''SDR'')', :'sorriso'), 'update prosa.agents set rag_top_k = 6 where name = ''zz''', 'delete from prosa.agents where name = ''zz'''),
    ('external_services', 'Sorriso', format('insert into prosa.external_services (tenant_id, name, kind) values (%L, ''zz'', ''crm'')', :'sorriso'), 'update prosa.external_services set config = ''{"token": "canary"}'' where name = ''zz''', 'delete from prosa.external_services where name = ''zz'''),
    ('secrets', 'Sorriso', format('insert into prosa.secrets (tenant_id, name, ciphertext) values (%L, ''zz'', ''v1:00000000:canary'')', :'sorriso'), 'update prosa.secrets set ciphertext = ''v1:00000001:canary2'' where name = ''zz''', 'delete from prosa.secrets where name = ''zz'''),
    ('legal_holds', 'Sorriso', format('insert into prosa.legal_holds (tenant_id, reason) values (%L, ''zz'')', :'sorriso'), 'update prosa.legal_holds set released_at = now() where reason = ''zz''', 'delete from prosa.legal_holds where reason = ''zz'''),
    ('jobs', 'the platform', 'insert into prosa.jobs (name, command, cron, every) values (''zz'', ''select 1'', ''* * * * *'', ''1 hour'')', 'update prosa.jobs set every = ''2 hours'' where name = ''zz''', 'delete from prosa.jobs where name = ''zz''');
select results_eq(format('select pg_temp.entries(%L)', c.inserted), array[format('insert %s of %s', c.object, c.chain)], 'an insert into ' || c.object) from change c;
select results_eq(format('select pg_temp.entries(%L)', c.updated), array[format('update %s of %s', c.object, c.chain)], 'an update of ' || c.object) from change c;
select results_eq(format('select pg_temp.entries(%L)', c.deleted), array[format('delete %s of %s', c.object, c.chain)], 'a delete from ' || c.object) from change c where c.deleted is not null;
select results_eq($$ select pg_temp.entries('delete from prosa.tenants where slug = ''zz''') $$, array['delete tenants of another'], 'a delete from tenants');
select results_eq($$ select action from prosa.audit_log where tenant_id = '00000000-0000-0000-0000-00000000000a' order by sequence $$, array['insert', 'update', 'delete'], 'whose entries outlive it');
select set_eq($$ select c.relname::text collate "default" from pg_class c join pg_trigger t on t.tgrelid = c.oid where t.tgfoid = 'prosa._audit_changes()'::regprocedure group by 1 having count(*) = 4 $$,
              'select object from change union all select ''key_store''', 'these are the tables that are audited, each with its four triggers');
create temporary view unaudited as
select c.relname::text collate "default" as relname from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p')
   and (has_table_privilege('prosa_admin', c.oid, 'insert, update, delete') or has_any_column_privilege('prosa_admin', c.oid, 'insert, update'))
   and c.relname <> 'message_imports'   -- messages on their way in are traffic
   and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgfoid = 'prosa._audit_changes()'::regprocedure);
select is_empty('select * from unaudited', 'whatever the operator may write by hand is among them');
grant update (name) on prosa.contacts to prosa_admin;
select results_eq('select * from unaudited', array['contacts'], 'a table that is not would be found');
revoke update (name) on prosa.contacts from prosa_admin;
select results_eq($$ select pg_temp.entries('truncate prosa.agents') $$, array['truncate agents of the platform'], 'TRUNCATE is noted too');
select is_empty($$ select * from prosa.audit_log l where l::text like '%canary%' $$, 'no secret of these changes is in the log');

-- ---- who, and what
select pg_temp.as_admin();
select prosa.create_api_key(:'sorriso', 'website') as key \gset
select id as key_id from prosa.list_api_keys(:'sorriso') where name = 'website' \gset
select results_eq(format('select actor, role, application_name, client_addr, object_key from prosa.audit_log where tenant_id = %L order by sequence desc limit 1', :'sorriso'),
                  format('values (%L::text, ''prosa_admin''::text, ''the test''::text, inet_client_addr(), jsonb_build_object(''tenant_id'', %L::text, ''id'', %L::text))', session_user, :'sorriso', :'key_id'),
                  'an entry names the login, the role it took, the application and the row');
select is((select after ->> 'key_hash' from prosa.audit_log where tenant_id = :'sorriso' order by sequence desc limit 1), '***', 'the hash of a key is masked');
select is_empty(format($$ select * from prosa.audit_log l where strpos(l::text, %L) > 0 or strpos(l::text, encode(sha256(%L), 'hex')) > 0 $$, right(:'key', 64), right(:'key', 64)), 'neither the key nor its hash is in the log');
select results_eq(format($$ select action, object, (select array_agg(k order by k) from jsonb_object_keys(before) k), (select array_agg(k) from jsonb_object_keys(after) k), before ->> 'revoked_at' is null, after ->> 'revoked_at' is not null
                     from pg_temp.left_by('select prosa.revoke_api_key(%%L, %%L)', %L, %L) $$, :'sorriso', :'key_id'),
                  $$ values ('update', 'api_keys', array['revoked_at'], array['revoked_at'], true, true) $$, 'of an update only what changed stands in it');
select results_eq($$ select before, after from pg_temp.left_by('update prosa.plans set retention_days = 31, description = ''other'' where code = ''starter''') $$,
                  $$ values ('{"description": "Messages are kept for 30 days", "retention_days": 30}'::jsonb, '{"description": "other", "retention_days": 31}'::jsonb) $$, 'retention, as it was and is');
select pg_temp.as_app(:'sorriso');
select prosa.create_inbox('by the application', config => '{"webhook": {"Authorization": "canary"}, "headers": [{"name": "X-Api-Key", "value": "canary"}, {"name": "Accept", "value": "text"}], "colour": "blue", "client_secret": null}') \g /dev/null
select pg_temp.reset_role();
select results_eq(format('select role, after -> ''config'' from prosa.audit_log where tenant_id = %L and object = ''inboxes'' order by sequence desc limit 1', :'sorriso'),
                  $$ values ('prosa_app', '{"webhook": {"Authorization": "***"}, "headers": [{"name": "X-Api-Key", "value": "***"}, {"name": "Accept", "value": "text"}], "colour": "blue", "client_secret": null}'::jsonb) $$,
                  'an application is named when it does something; secrets within a document are masked, the rest is there');
select prosa.set_tenant_setting(:'sorriso', 'smtp_password', '"canary"'), prosa.set_config_value('embedding_provider', '{"base_url": "https://u:canary@h", "model": "m", "secret_name": "a_file", "api_key": "canary"}') \g /dev/null
select is((select after from prosa.audit_log where tenant_id = :'sorriso' order by sequence desc limit 1) ->> 'value', '***', 'a setting whose key tells that it is a secret is masked');
select is((select after from prosa.audit_log where tenant_id = '00000000-0000-0000-0000-000000000000' order by sequence desc limit 1) -> 'value',
          '{"base_url": "https://***@h", "model": "m", "secret_name": "a_file", "api_key": "***"}'::jsonb, 'so is what an address carries; the name of a secret is none');
select is_empty($$ select * from prosa.audit_log l where l::text like '%canary%' $$, 'again no secret is in the log');
-- by name
select is(array(select n from unnest(array['key_hash', 'ciphertext', 'wrapped_key', 'password', 'db_passwd', 'token', 'accessToken', 'secret', 'clientSecret', 'API-Key', 'apikey', 'private_key', 'authorization', 'proxy-auth', 'set-cookie', 'credentials', 'token_hash']) n where not prosa._is_secret_name(n)),
          array[]::text[], 'these names are secrets''');
select is(array(select n from unnest(array['key', 'name', 'secret_name', 'secret_scope', 'max_tokens', 'tokens', 'author', 'description', 'key_id', 'keywords', 'value', 'hash']) n where prosa._is_secret_name(n)),
          array[]::text[], 'these are not');

-- ---- what leaves no entry
select is_empty($$ select pg_temp.left_by('update prosa.tenants set name = name') $$, 'an update that changes nothing');
select is_empty($$ select pg_temp.left_by('update prosa.tenants set updated_at = now() + interval ''1 day''') $$, 'or only the time of the change');
select is_empty($$ select pg_temp.left_by('delete from prosa.plans where code = ''none''') $$, 'a delete of nothing');
select is_empty(format($$ select pg_temp.left_by('select prosa._evolution_connection(%%L, %%L, ''{"state": "open"}'')', %L, %L) $$, :'sorriso', :'inbox'), 'the state of a connection, which is traffic');
select is_empty($$ select pg_temp.left_by('select prosa.due_job(), prosa.finish_job(''prosa retention'', ''it broke'')') $$, 'the runs of a job');
select is_empty(format($$ select pg_temp.left_by('select pg_temp.say(%%L, %%L, ''hello'')', %L, %L) $$, :'harbor', pg_temp.new_conversation(:'harbor')), 'a message');
select results_eq($$ select before, after from pg_temp.left_by('update prosa.inboxes set channel = ''api'', connection_state = ''close'', updated_at = now() where name = ''one''') $$,
                  $$ values ('{"channel": "evolution"}'::jsonb, '{"channel": "api"}'::jsonb) $$, 'traffic within another change is left out');

-- ---- statements of many rows
select results_eq(format($$ select tenant_id = %L, sequence - min(sequence) over (partition by tenant_id), object_key ->> 'key' from pg_temp.left_by(
    'insert into prosa.tenant_settings (tenant_id, key, value) select t.id, k, ''1'' from prosa.tenants t cross join unnest(array[''c'', ''a'', ''b'']) k where t.id in (%%L, %%L)', %L, %L) order by 1, 2 $$, :'sorriso', :'sorriso', :'harbor'),
    $$ values (false, 0::bigint, 'a'), (false, 1, 'b'), (false, 2, 'c'), (true, 0, 'a'), (true, 1, 'b'), (true, 2, 'c') $$, 'a statement over tenants writes to each chain, in the order of the keys');
select results_eq($$ select pg_temp.entries('update prosa.tenant_settings set key = ''d'' where key = ''c'' and tenant_id = pg_temp.tenant(''harbor'')') $$,
                  array['delete tenant_settings of Harbor', 'insert tenant_settings of Harbor'], 'a row with another key is another row');
select prosa.create_tenant('Gone', slug => 'gone', settings => '{"a": 1}') \g /dev/null
select results_eq($$ select pg_temp.entries('delete from prosa.tenants where slug = ''gone''') order by 1 $$, array['delete tenant_settings of another', 'delete tenants of another'], 'with a tenant its settings are deleted, which is noted too');

select max(sequence) as before_copy from prosa.audit_log where tenant_id = '00000000-0000-0000-0000-000000000000' \gset
copy prosa.plans (code, retention_days) from stdin;
zz_b	2
zz_a	1
\.
select results_eq(format($$ select object_key ->> 'code' from prosa.audit_log where tenant_id = '00000000-0000-0000-0000-000000000000' and sequence > %s order by sequence $$, :before_copy),
                  array['zz_a', 'zz_b'], 'COPY');

-- ---- what functions note
select results_eq(format($$ select action, object, object_key, before, after from pg_temp.left_by('select prosa._audit(%%L, ''grant_tenant_role'', ''grant_tenant_role'', ''{"role": "r"}'', ''{"password": "canary"}'', ''{"n": 1}'')', %L) $$, :'harbor'),
                  $$ values ('grant_tenant_role', 'grant_tenant_role', '{"role": "r"}'::jsonb, '{"password": "***"}'::jsonb, '{"n": 1}'::jsonb) $$, 'an action that is no change of a table');
select results_eq($$ select tenant_id, object_key is null, before is null, after is null from pg_temp.left_by('select prosa._audit(null, ''rotate_master_key'', ''rotate_master_key'')') $$,
                  $$ values ('00000000-0000-0000-0000-000000000000'::uuid, true, true, true) $$, 'one without a tenant is the platform''s');
select pg_temp.leave(:'harbor', pg_temp.new_conversation(:'harbor'), 'old', now() - interval '800 days') \g /dev/null
select results_eq($$ select tenant_id, action, object, after ->> 'messages', (after ->> 'before')::timestamptz < now() - interval '700 days' from pg_temp.left_by('select prosa.cleanup_old_messages()') $$,
                  format($$ values (%L::uuid, 'cleanup', 'cleanup_old_messages', '1', true) $$, :'harbor'), 'what retention removed');

-- ---- the chains
select is_empty($$ select h.tenant_id, v.* from prosa.audit_heads h cross join lateral prosa.verify_audit_chain(h.tenant_id) v $$, 'every chain is intact');
select is_empty('select tenant_id from prosa.audit_log group by 1 having min(sequence) <> 1 or max(sequence) <> count(*) or count(distinct sequence) <> count(*)', 'and without a gap');
savepoint undone;
update prosa.tenants set status = 'trial' where id = :'harbor';
rollback to undone;
update prosa.tenants set status = 'suspended' where id = :'harbor';
select is_empty(format('select * from prosa.verify_audit_chain(%L)', :'harbor'), 'also after a change that was rolled back');

select * from finish();
rollback;
