-- Secrets come sealed, are kept encrypted, are shown masked and go to nobody but the worker.
begin;
\ir lib/personas.sql
\ir lib/keys.sql
select plan(79);
select prosa.set_key_directory(pg_temp.key_directory()) \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select slug as sorriso_slug from prosa.tenants where id = :'sorriso' \gset
create function pg_temp.refusal(p_statement text) returns text language plpgsql as $$
declare
    v_message text;
    v_detail text;
    v_hint text;
begin
    execute p_statement;
    return 'accepted';
exception when others then
    get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
    return format('%s %s %s %s', sqlstate, v_message, v_detail, v_hint);
end
$$;

-- in, masked, out
select pg_temp.as_admin();
select matches(prosa.public_key(), '^-----BEGIN PGP PUBLIC KEY BLOCK-----', 'the operator has the key to seal to');
select is(prosa.set_secret(:'sorriso', 'openai', pg_temp.seal('sk-proj-0123456789-wxyz'))::text, '', 'a secret is kept, and nothing is returned');
select results_eq('select name, masked, used_by from prosa.list_secrets()', $$ values ('openai', '••••wxyz', '{}'::text[]) $$, 'it is listed by its last four');
select prosa.set_secret(:'sorriso', 'eleven', pg_temp.seal('12345678901')), prosa.set_secret(:'sorriso', 'twelve', pg_temp.seal('123456789012')) \g /dev/null
select results_eq(format('select name, masked from prosa.list_secrets(%L)', :'sorriso'), $$ values ('eleven', '••••'), ('openai', '••••wxyz'), ('twelve', '••••9012') $$,
                  'a short one shows nothing of itself');
select is_empty(format('select * from prosa.list_secrets(%L)', :'harbor'), 'another tenant has none');
select throws_ok($$ select * from prosa.secrets $$, '42501', null, 'the operator cannot read the table');
select throws_ok($$ select * from prosa.data_keys $$, '42501', null, 'nor the keys');
select throws_ok(format($$ select prosa._reveal_secret(%L, 'openai') $$, :'sorriso'), '42501', null, 'nor have the secret back');
select pg_temp.as_worker();
select is(prosa._reveal_secret(:'sorriso', 'openai'), 'sk-proj-0123456789-wxyz', 'the worker has it in clear');
select throws_ok(format($$ select prosa._reveal_secret(%L, 'openai') $$, :'harbor'), 'P0002', null, 'of the tenant that has it');
select throws_ok(format($$ select prosa._reveal_secret(%L, 'OPENAI') $$, :'sorriso'), 'P0002', null, 'by its name');
select throws_ok(format($$ select prosa.set_secret(%L, 'x', 'y') $$, :'sorriso'), '42501', null, 'but keeps none');
select throws_ok('select * from prosa.list_secrets()', '42501', null, 'and lists none');
select pg_temp.as_app(:'sorriso');
select throws_ok(format($$ select prosa._reveal_secret(%L, 'openai') $$, :'sorriso'), '42501', null, 'an application has not even its own');
select throws_ok('select * from prosa.list_secrets()', '42501', null, 'nor their list');
select pg_temp.as_monitor();
select throws_ok(format($$ select prosa._reveal_secret(%L, 'openai') $$, :'sorriso'), '42501', null, 'nor does a monitor');
select pg_temp.reset_role();
select ok((select bool_and(s.ciphertext ~ '^v1:[0-9a-f]{8}:' and s::text !~ '0123456789') from prosa.secrets s), 'the table holds ciphertexts');

-- replaced
select pg_temp.as_admin();
select prosa.set_secret(:'sorriso', 'openai', pg_temp.seal('sk-another-one-2')) \g /dev/null
select results_eq(format('select masked from prosa.list_secrets(%L) where name = ''openai''', :'sorriso'), array['••••ne-2'], 'the same name replaces it');
select pg_temp.as_worker();
select is(prosa._reveal_secret(:'sorriso', 'openai'), 'sk-another-one-2', 'as the worker sees at once');

-- what a secret may be
create function pg_temp.kept(p_secret text) returns text language plpgsql as $$
declare
    v_tenant_id uuid := (select t.id from prosa.tenants t where t.slug like 'sorriso%' order by t.created_at desc limit 1);
begin
    perform prosa.set_secret(v_tenant_id, 'probe', pg_temp.seal(p_secret));
    return prosa._reveal_secret(v_tenant_id, 'probe');
end
$$;
select pg_temp.reset_role();
select is(pg_temp.kept('a'), 'a', 'one character');
select is(pg_temp.kept(E'with a newline at its end\n'), 'with a newline at its end', 'a newline at its end, as echo adds it, is not part of it');
select is(pg_temp.kept(E'or of another system\r\n'), 'or of another system', 'whichever it is');
select is(pg_temp.kept('senha é "ótima" 🙂'), 'senha é "ótima" 🙂', 'any UTF-8');
select ok(pg_temp.kept(repeat('x', 8192)) = repeat('x', 8192), '8192 bytes');
select throws_ok($$ select pg_temp.kept(repeat('x', 8193)) $$, '22023', 'a secret is one line of 1 to 8192 bytes', 'not more');
select throws_ok($$ select pg_temp.kept('') $$, '22023', null, 'not none');
select throws_ok($$ select pg_temp.kept(E'\n') $$, '22023', null, 'nor only a newline');
select throws_ok($$ select pg_temp.kept(E'two\nlines') $$, '22023', null, 'not two lines');
select throws_ok($$ select pg_temp.kept(E'two\rlines') $$, '22023', null, 'of whatever system');
select throws_ok(format($$ select prosa.set_secret(%L, 'probe', armor(pgp_pub_encrypt_bytea('\x610062', dearmor(prosa.public_key())))) $$, :'sorriso'), '22023', null, 'no NUL');
select throws_ok(format($$ select prosa.set_secret(%L, 'probe', armor(pgp_pub_encrypt_bytea('\xff41', dearmor(prosa.public_key())))) $$, :'sorriso'), '22023', null, 'only UTF-8');
select is(prosa._reveal_secret(:'sorriso', 'probe'), repeat('x', 8192), 'a refused one leaves the former');

-- unsealed
select pg_temp.as_admin();
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', 'sk-unsealed-secret') $$, :'sorriso')), '22023 the secret is not sealed to this server''s key %prosa seal%', 'an unsealed secret is refused, with what to do');
select unalike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', 'sk-unsealed-secret') $$, :'sorriso')), '%unsealed-secret%', 'and not repeated');
select alike(pg_temp.refusal(format($$ select prosa.set_llm_provider(%L, 'p', base_url => 'https://x', sealed_secret => 'sk-unsealed-secret') $$, :'sorriso')), '22023 the secret is not sealed%', 'by a provider too');
select alike(pg_temp.refusal(format($$ select prosa.set_external_service(%L, 's', 'crm', sealed_secret => 'sk-unsealed-secret') $$, :'sorriso')), '22023 the secret is not sealed%', 'and by a service');
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', null) $$, :'sorriso')), '22023 %', 'nothing is not sealed either');
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', '') $$, :'sorriso')), '22023 %', 'nor is an empty text');
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', prosa.public_key()) $$, :'sorriso')), '22023 %', 'nor a key');
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', armor(pgp_sym_encrypt('sk', 'password'))) $$, :'sorriso')), '22023 %', 'nor what a password encrypts');
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', overlay(pg_temp.seal('sk-0123456789') placing 'AAAA' from 300)) $$, :'sorriso')), '22023 %', 'nor what was altered on its way');
select alike(pg_temp.refusal(format($$ select prosa.set_secret(%L, 'openai', pg_temp.seal(repeat('x', 100000))) $$, :'sorriso')), '22023 %', 'nor what is much too long');

-- sealed for somebody
select is(pg_temp.refusal(format('select prosa.set_secret(%L, %L, pg_temp.seal(%L))', :'sorriso', 'bound', format(E'prosa-secret %s bound\nsk-1', :'sorriso'))), 'accepted', 'a secret may be sealed for a tenant and a name');
select is(pg_temp.refusal(format('select prosa.set_secret(%L, %L, pg_temp.seal(%L))', :'sorriso', 'bound', format(E'prosa-secret %s bound\r\nsk-2\r\n', :'sorriso_slug'))), 'accepted', 'the tenant''s slug will do');
select alike(pg_temp.refusal(format('select prosa.set_secret(%L, %L, pg_temp.seal(%L))', :'harbor', 'bound', format(E'prosa-secret %s bound\nsk-3', :'sorriso'))), '22023 the secret was sealed for another tenant or name %', 'sent for another tenant it is refused');
select alike(pg_temp.refusal(format('select prosa.set_secret(%L, %L, pg_temp.seal(%L))', :'sorriso', 'other', format(E'prosa-secret %s bound\nsk-3', :'sorriso'))), '22023 the secret was sealed for another tenant or name %', 'and for another name');
select pg_temp.reset_role();
select is(prosa._reveal_secret(:'sorriso', 'bound'), 'sk-2', 'the line is no part of the secret');
select is(pg_temp.kept('prosa-secret without-a-second-line'), 'prosa-secret without-a-second-line', 'a secret that only looks like that line is one');

-- names and tenants
select pg_temp.as_admin();
select throws_ok(format($$ select prosa.set_secret(%L, '../x', pg_temp.seal('s')) $$, :'sorriso'), '22023', null, 'a name is letters, digits, _ and -');
select throws_ok(format($$ select prosa.set_secret(%L, null, pg_temp.seal('s')) $$, :'sorriso'), '22023', null, 'and there is one');
select throws_ok($$ select prosa.set_secret('00000000-0000-0000-0000-000000000001', 'x', pg_temp.seal('s')) $$, 'P0002', null, 'a tenant that does not exist has none');
select throws_ok($$ select prosa.set_secret(null, 'x', pg_temp.seal('s')) $$, 'P0002', null, 'nor has none');

-- who moves a ciphertext gains nothing
select pg_temp.reset_role();
savepoint moved;
update prosa.secrets a set ciphertext = b.ciphertext from prosa.secrets b where a.tenant_id = b.tenant_id and a.name = 'eleven' and b.name = 'twelve';
select throws_ok(format($$ select prosa._reveal_secret(%L, 'eleven') $$, :'sorriso'), '22000', 'decryption failed', 'under another name it does not decrypt');
insert into prosa.secrets (tenant_id, name, ciphertext) select :'harbor', name, ciphertext from prosa.secrets where tenant_id = :'sorriso' and name = 'twelve';
select throws_ok(format($$ select prosa._reveal_secret(%L, 'twelve') $$, :'harbor'), '22000', 'decryption failed', 'nor under another tenant');
select ciphertext from prosa.secrets where tenant_id = :'sorriso' and name = 'openai' \gset
select pg_temp.as_app(:'sorriso');
select throws_ok(format('select prosa.decrypt_sensitive_field(%L)', :'ciphertext'), '22000', 'decryption failed', 'nor as a field of the application');
select throws_ok(format('select prosa.decrypt_sensitive_field(%L, %L)', :'ciphertext', 'openai'), '22000', 'decryption failed', 'of whatever name');
rollback to moved;

-- providers
select pg_temp.as_admin();
select matches(prosa.set_llm_provider(:'sorriso', 'openai', base_url => 'https://api.example/v1', model_chat => 'gpt', model_embed => 'emb', dimensions => 8, sealed_secret => pg_temp.seal('sk-provider-0001'))::text,
               '^[0-9a-f-]{36}$', 'set_llm_provider() returns an id');
select results_eq(format($$ select protocol, base_url, model_chat, secret_name, is_default from prosa.llm_providers where tenant_id = %L $$, :'sorriso'),
                  $$ values ('openai', 'https://api.example/v1', 'gpt', 'llm-openai', true) $$, 'the first is the default, its secret has a name');
select lives_ok(format($$ select prosa.set_llm_provider(%L, 'openai', sealed_secret => pg_temp.seal('sk-provider-0002')) $$, :'sorriso'), 'a new key');
select results_eq(format($$ select p.base_url, p.model_chat, s.masked, s.used_by from prosa.llm_providers p join prosa.list_secrets(p.tenant_id) s on s.name = p.secret_name where p.tenant_id = %L $$, :'sorriso'),
                  $$ values ('https://api.example/v1', 'gpt', '••••0002', '{provider openai}'::text[]) $$, 'changes the key and nothing else');
select prosa.set_llm_provider(:'sorriso', 'second', base_url => 'https://two.example/v1', model_chat => 'two', secret_name => 'llm-openai', config => '{"timeout_ms": 5}') \g /dev/null
select is((select string_agg(name, ',') from prosa.llm_providers where tenant_id = :'sorriso' and is_default), 'openai', 'a second one is not the default');
select prosa.set_llm_provider(:'sorriso', 'second', is_default => true) \g /dev/null
select is((select string_agg(name, ',') from prosa.llm_providers where tenant_id = :'sorriso' and is_default), 'second', 'until it is said to be');
select throws_ok(format($$ select prosa.set_llm_provider(%L, 'third', base_url => 'https://x', secret_name => 'nowhere') $$, :'sorriso'), '23503', null, 'a secret that is not there is refused');
select throws_ok(format($$ select prosa.set_llm_provider(%L, 'x', base_url => 'https://x', secret_name => 'openai') $$, :'harbor'), '23503', null, 'also when another tenant has it');
select throws_ok(format($$ select prosa.set_llm_provider(%L, 'a b', base_url => 'https://x', sealed_secret => pg_temp.seal('s')) $$, :'sorriso'), '22023', null, 'a provider whose name is no name of a secret gives one');
select throws_ok(format($$ select prosa.set_llm_provider(%L, 'third') $$, :'sorriso'), '23514', null, 'an address is needed');
select throws_ok($$ select prosa.set_llm_provider('00000000-0000-0000-0000-000000000001', 'x', 'mock') $$, 'P0002', null, 'and a tenant');
select throws_ok(format($$ select prosa.set_llm_provider(%L, '') $$, :'sorriso'), '22023', null, 'and a name');
select pg_temp.as_app(:'sorriso');
select is(prosa.provider_config('chat') - 'timeout_ms' @> jsonb_build_object('secret', 'llm-openai', 'secret_scope', 'tenant', 'tenant_id', :'sorriso'), true, 'provider_config() names the secret, the tenant''s');
select pg_temp.as_admin();
select prosa.set_llm_provider(:'sorriso', 'second', secret_name => '') \g /dev/null
select is((select secret_name from prosa.llm_providers where tenant_id = :'sorriso' and name = 'second'), null, 'a provider may go without');

-- services, inboxes, agents
select prosa.set_external_service(:'sorriso', 'agenda', 'calendar', 'https://calendar.example', sealed_secret => pg_temp.seal('token-0123456789')) is not null as set \g /dev/null
select prosa.set_external_service(:'sorriso', 'agenda', config => '{"zone": "BRT"}') is not null as set \g /dev/null
select pg_temp.reset_role();
select pg_temp.new_inbox(:'sorriso') \g /dev/null
insert into prosa.agents (tenant_id, name, agent_type) values (:'sorriso', 'Bia', 'SDR');
select pg_temp.as_admin();
select prosa.set_inbox_secret(:'sorriso', 'recepcao', 'twelve'), prosa.set_agent_secret(:'sorriso', 'Bia', 'twelve') \g /dev/null
select results_eq(format($$ select kind, base_url, config, secret_name from prosa.external_services where tenant_id = %L $$, :'sorriso'),
                  $$ values ('calendar', 'https://calendar.example', '{"zone": "BRT"}'::jsonb, 'service-agenda') $$, 'a service keeps what is not said again');
select is((select used_by from prosa.list_secrets(:'sorriso') where name = 'twelve'), '{agent Bia,inbox recepcao}', 'a secret may serve several');
select throws_ok(format($$ select prosa.set_inbox_secret(%L, 'recepcao', 'nowhere') $$, :'sorriso'), '23503', null, 'an inbox takes no secret that is not there');
select throws_ok(format($$ select prosa.set_agent_secret(%L, 'nobody', 'twelve') $$, :'sorriso'), 'P0002', null, 'and nobody who is not there takes one');

-- deleted
select alike(pg_temp.refusal(format($$ select prosa.delete_secret(%L, 'twelve') $$, :'sorriso')), '23503 the secret is in use %used_by%', 'a secret in use is not deleted');
select prosa.set_inbox_secret(:'sorriso', 'recepcao', null), prosa.set_agent_secret(:'sorriso', 'Bia', null) \g /dev/null
select lives_ok(format($$ select prosa.delete_secret(%L, 'twelve') $$, :'sorriso'), 'one that nobody uses is');
select throws_ok(format($$ select prosa.delete_secret(%L, 'twelve') $$, :'sorriso'), 'P0002', null, 'once');

-- with the tenant
select pg_temp.reset_role();
select lives_ok(format('delete from prosa.tenants where id = %L', :'sorriso'), 'a tenant goes with its secrets, whatever uses them');
select is_empty('select * from prosa.secrets', 'and none of them is left');

select pg_temp.remove_keys();
select * from finish();
rollback;
