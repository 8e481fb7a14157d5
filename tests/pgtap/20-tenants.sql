-- Tenants, their settings, the platform's settings.
begin;
\ir lib/personas.sql
select plan(33);

select pg_temp.as_admin();
select prosa.create_tenant('Clínica São João', 'pro', settings => '{"language": "english", "greeting": {"text": "Olá"}}') as tenant \gset
select is((select plan from prosa.tenants where id = :'tenant'), 'pro', 'a tenant has its plan');
select is((select status from prosa.tenants where id = :'tenant'), 'active', 'and is active');
select is((select slug from prosa.tenants where id = :'tenant'), 'clinica-sao-joao-' || left(:'tenant', 8),
          'its slug is made from the name, without accents, and is unique');
select results_eq(format('select key, value from prosa.tenant_settings where tenant_id = %L order by key', :'tenant'),
                  $$ values ('greeting', '{"text": "Olá"}'::jsonb), ('language', '"english"') $$, 'its settings are rows');
select prosa.create_tenant('Harbor', slug => 'harbor-zz') as harbor \gset
select results_eq(format('select slug, plan from prosa.tenants where id = %L', :'harbor'), $$ values ('harbor-zz', 'starter') $$,
                  'a slug may be given, and the plan is starter');
select lives_ok($$ select prosa.create_tenant('Same name'), prosa.create_tenant('Same name') $$, 'two tenants may have one name');
select lives_ok($$ select prosa.create_tenant('!!!') $$, 'a name without letters gives a slug all the same');
select lives_ok(format('select prosa.create_tenant(%L)', repeat('á ', 80)), 'so does a name of 160 letters');

select throws_ok($$ select prosa.create_tenant('Other', slug => 'harbor-zz') $$, '23505', 'the slug "harbor-zz" is taken', 'a slug is taken once');
select throws_ok($$ select prosa.create_tenant('Other', slug => 'Not A Slug') $$, '22023', '"Not A Slug" is not a slug', 'a slug has lower-case letters, digits and hyphens');
select throws_ok($$ select prosa.create_tenant('Other', 'gold') $$, '22023', 'there is no plan "gold"', 'a plan that does not exist is refused');
select throws_ok($$ select prosa.create_tenant('  ') $$, '22023', null, 'a blank name is refused');
select throws_ok($$ select prosa.create_tenant(null) $$, '22023', null, 'so is none');
select throws_ok($$ select prosa.create_tenant('Other', settings => '[1]') $$, '22023', null, 'settings are an object');
select throws_ok($$ select prosa.create_tenant('Other', settings => '{"Bad Key": 1}') $$, '23514', null, 'with keys of lower-case letters');

-- the language decides how every text is indexed, so it must exist
select throws_ok($$ select prosa.create_tenant('Other', settings => '{"language": "klingon"}') $$, '22023',
                 'there is no text search configuration "klingon"', 'a language that does not exist is refused');
select is_empty($$ select * from prosa.tenants where name = 'Other' $$, 'a refused tenant leaves nothing behind');
select throws_ok(format($$ select prosa.set_tenant_setting(%L, 'language', '"nowhere.portuguese"') $$, :'tenant'), '22023', null,
                 'also one in a schema that does not exist');
select throws_ok(format($$ select prosa.set_tenant_setting(%L, 'language', '5') $$, :'tenant'), '22023', null, 'a number is no language');
select throws_ok(format($$ select prosa.set_tenant_setting(%L, 'language', '"5"') $$, :'tenant'), '22023', null, 'nor as a text');
select throws_ok(format($$ select prosa.set_tenant_setting(%L, 'language', '["portuguese"]') $$, :'tenant'), '22023', null, 'nor is a list');
select throws_ok(format($$ select prosa.set_tenant_setting(%L, 'language', '"-"') $$, :'tenant'), '22023', null, 'nor a hyphen');
select lives_ok(format($$ select prosa.set_tenant_setting(%L, 'language', '"pg_catalog.german"') $$, :'tenant'), 'a qualified name is one');
select is((select value from prosa.tenant_settings where tenant_id = :'tenant' and key = 'language'), '"pg_catalog.german"', 'and replaces the former');
select throws_ok($$ select prosa.set_tenant_setting('00000000-0000-0000-0000-000000000001', 'a', '1') $$, '23503', null, 'a tenant that does not exist has no settings');

-- the operator's own statements
select lives_ok(format($$ update prosa.tenants set status = 'suspended', plan = 'scale' where id = %L $$, :'tenant'), 'the operator suspends a tenant');
select throws_ok(format($$ update prosa.tenants set slug = 'x' where id = %L $$, :'tenant'), '42501', null, 'the slug stays as it is');
select throws_ok(format($$ delete from prosa.tenants where id = %L $$, :'tenant'), '42501', null, 'and no tenant is deleted by hand');

-- the platform's settings
select lives_ok($$ select prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "m"}') $$, 'a platform setting is changed');
select is((select value from prosa.system_config where key = 'chat_provider'), '{"protocol": "mock", "model": "m"}', 'and reads as it was written');
select throws_ok($$ select prosa.set_config_value('nonsense', '1') $$, 'P0002', 'there is no platform setting "nonsense"', 'one that does not exist is refused');
select throws_ok($$ select prosa.set_config_value('default_language', '"klingon"') $$, '22023', null, 'the platform''s language must exist, or no tenant could write');

select pg_temp.reset_role();
select is((select count(*)::integer from prosa.plans where code in ('starter', 'pro', 'scale', 'enterprise')), 4, 'the four plans are there');
select * from finish();
rollback;
