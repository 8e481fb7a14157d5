-- Where endpoints may be: the list of hosts, http and https, the server's own port.
begin;
\ir lib/personas.sql
select plan(57);

select pg_temp.new_tenant('sorriso') as sorriso \gset
create function pg_temp.set_hosts(value jsonb) returns void language sql as $$ select prosa.set_config_value('egress_allowed_hosts', value) $$;
create function pg_temp.set_url(url text) returns void language sql as
$$ select prosa.set_config_value('chat_provider', jsonb_build_object('protocol', 'openai', 'base_url', url, 'model', 'm')) $$;
create function pg_temp.new_provider(tenant_id uuid, url text) returns void language sql as
$$ insert into prosa.llm_providers (tenant_id, name, protocol, base_url) values (tenant_id, url, 'openai', url) $$;

-- the list
select is((select value from prosa.system_config where key = 'egress_allowed_hosts'), '[]', 'at first no host is listed');
select lives_ok(format('select pg_temp.set_hosts(%L)', v), format('%s is a list of hosts', v))
  from unnest(array['[]', '["gpu"]', '["GPU.internal", "gpu.internal:8000"]', '["10.0.0.7", "10.0.0.7:8000"]', '["[fd00::7]", "[fd00::7]:8000"]', '["a-b.c0:65535"]']) v;
select throws_ok(format('select pg_temp.set_hosts(%L)', v), '22023', null, format('%s is none', coalesce(v, 'null')))
  from unnest(array[null, 'null', '{}', '"gpu"', '[1]', '[null]', '[["gpu"]]', '[""]', '["*"]', '["*.example"]', '["https://gpu"]', '["gpu/"]', '["gpu:"]', '["gpu:0"]',
                    '["gpu:65536"]', '["gpu."]', '["a_b"]', '["a b"]', '["fd00::7"]', '["[fe80::1%eth0]"]', '["10.0.0.0/8"]', '["127.1"]', '["10.0.0.07"]', '["gpu", "x y"]']) v;

-- http only where it is allowed
select pg_temp.set_hosts('["Gpu.internal:8000", "plain", "[fd00::7]"]') \g /dev/null
select lives_ok(format('select pg_temp.set_url(%L)', v), format('an endpoint may be at %s', v))
  from unnest(array['http://127.0.0.1:8080/v1', 'http://LOCALHOST/v1', 'http://[::1]:1', 'https://llm.example/v1', 'http://gpu.INTERNAL:8000/v1', 'http://plain/', 'http://plain:81', 'http://[FD00::7]:9/v1']) v;
select throws_ok(format('select pg_temp.set_url(%L)', v), '22023', 'http:// is for this machine (127.0.0.1, [::1], localhost) and for listed hosts', format('but not at %s', v))
  from unnest(array['http://llm.example/v1', 'HTTP://llm.example', 'http://gpu.internal/v1', 'http://gpu.internal:8001', 'http://plain.example', 'http://127.0.0.2', 'http://127.0.0.1.example',
                    'http://127.0.0.1@llm.example', 'http://localhost:80@llm.example/']) v;
select pg_temp.as_admin();
select lives_ok(format('select pg_temp.new_provider(%L, %L)', :'sorriso', 'http://plain/v1'), 'a tenant''s own endpoint may be at a listed host');
select throws_ok(format('select pg_temp.new_provider(%L, %L)', :'sorriso', 'http://llm.example/v1'), '22023', null, 'and at no other by http');
select throws_ok($$ update prosa.llm_providers set base_url = 'http://llm.example/v1' $$, '22023', null, 'also when it is changed');

-- what a call is told
select pg_temp.reset_role();
select pg_temp.set_hosts('["gpu.internal:8000", "GPU.internal", "gpu.internal:8001", "secret-host"]'), pg_temp.set_url('http://gpu.internal:8000/v1') \g /dev/null
select pg_temp.as_app(:'sorriso');
select is(prosa.provider_config('chat') -> 'tenant_id', to_jsonb(:'sorriso'::text), 'a call knows its tenant');
select is(prosa.provider_config('chat') -> 'refused_ports', jsonb_build_array(current_setting('port')::integer), 'and the server''s own port');
select is(prosa.provider_config('chat') -> 'allowed_hosts', '["GPU.internal", "gpu.internal:8000"]', 'and what the list says of its host, and not what it says of others');
select pg_temp.as_app();
select is(prosa.provider_config('chat') -> 'tenant_id', 'null', 'without a tenant it is the platform''s');
select pg_temp.reset_role();
select prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "m", "tenant_id": "x", "allowed_hosts": ["*"], "refused_ports": []}') \g /dev/null
select pg_temp.as_app(:'sorriso');
select is((select array[c -> 'tenant_id', c -> 'allowed_hosts', c -> 'refused_ports'] from prosa.provider_config('chat') c),
          array[to_jsonb(:'sorriso'::text), '[]', jsonb_build_array(current_setting('port')::integer)], 'a configuration cannot say so itself');
select throws_ok($$ select prosa._listed_hosts('http://secret-host') $$, '42501', null, 'an application does not read the list');

select pg_temp.reset_role();
select * from finish();
rollback;
