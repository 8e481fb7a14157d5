-- Which endpoint a tenant uses, and that nobody reads a key.
begin;
\ir lib/personas.sql
select plan(20);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select prosa.set_config_value('embedding_provider', 'null'), prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "m"}') \g /dev/null
insert into prosa.secrets (tenant_id, name, ciphertext) values (:'sorriso', 'own_key', 'v1:00000000:');
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.provider_config('embedding') $$, '55000', 'no embedding endpoint is configured', 'without an endpoint it says so');
select is(prosa.provider_config('chat') - '{tenant_id,allowed_hosts,refused_ports}'::text[], '{"protocol": "mock", "model": "m", "secret": null, "secret_scope": "platform", "dimensions": null, "timeout_ms": 30000}', 'the platform''s is everybody''s');
select throws_ok($$ select prosa.provider_config('weather') $$, '22023', null, 'there are two purposes');
select throws_ok($$ select prosa.provider_config(null) $$, '22023', null, 'and none is no purpose');

select pg_temp.as_admin();
select lives_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, secret_name, is_default) values (%L, 'own', 'openai', 'https://llm.example/v1', 'e', 'own_key', true) $$, :'sorriso'), 'the operator gives a tenant its own');
select throws_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol, base_url, is_default) values (%L, 'second', 'openai', 'https://x', true) $$, :'sorriso'), '23505', null, 'one of them is the default');
select throws_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol, base_url) values (%L, 'x', 'openai', 'ftp://x') $$, :'sorriso'), '23514', null, 'an address is of the web');
select throws_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol) values (%L, 'x', 'openai') $$, :'sorriso'), '23514', null, 'and there is one');
select throws_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol) values (%L, 'x', 'telepathy') $$, :'sorriso'), '23514', null, 'protocols are openai and mock');
select throws_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol, base_url, secret_name) values (%L, 'x', 'openai', 'https://x', '../../etc/passwd') $$, :'sorriso'), '23514', null, 'a secret is named, not addressed');
select throws_ok(format($$ insert into prosa.llm_providers (tenant_id, name, protocol, base_url, secret_name) values (%L, 'x', 'openai', 'https://x', 'sk-0123456789012345678901234567890123456789012345678901234567890123456789') $$, :'sorriso'), '23514', null, 'nor written down');

select pg_temp.as_app(:'sorriso');
select is(prosa.provider_config('embedding') ->> 'base_url', 'https://llm.example/v1', 'the own one comes before the platform''s');
select is(prosa.provider_config('embedding') ->> 'secret', 'own_key', 'and names its secret');
select is(prosa.provider_config('embedding') ->> 'secret_scope', 'tenant', 'which is one of the tenant''s own');
select is(prosa.provider_config('chat') ->> 'protocol', 'mock', 'what it does not offer is the platform''s still');
select pg_temp.as_app(:'harbor');
select throws_ok($$ select prosa.provider_config('embedding') $$, '55000', null, 'another tenant does not have it');
select pg_temp.as_app();
select is(prosa.provider_config('chat') ->> 'protocol', 'mock', 'without a tenant it is the platform''s');

-- a tenant's endpoint never has the platform's key, nor the platform a tenant's
select pg_temp.reset_role();
select prosa.set_config_value('chat_provider', jsonb_build_object('protocol', 'openai', 'base_url', 'https://x', 'model', 'm', 'secret', 'own_key', 'secret_scope', 'tenant', 'tenant_id', :'sorriso')) \g /dev/null
select pg_temp.as_app(:'harbor');
select is(prosa.provider_config('chat') ->> 'secret_scope', 'platform', 'the platform''s configuration cannot claim a tenant''s secret');
select isnt(prosa.provider_config('chat') ->> 'tenant_id', :'sorriso', 'nor a tenant');
select pg_temp.as_app();
select is(prosa.provider_config('chat') ->> 'secret_scope', 'platform', 'with a tenant or without');

select pg_temp.reset_role();
select * from finish();
rollback;
