-- The tenant of a transaction: how it is opened, what it is worth when it is not.
begin;
\ir lib/personas.sql
select plan(30);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.populate(:'sorriso', 'sorriso');
select pg_temp.populate(:'harbor', 'harbor');
select prosa.create_api_key(:'sorriso', 'website') as sorriso_key, prosa.create_api_key(:'harbor', 'website') as harbor_key \gset
create function pg_temp.seen() returns text language sql as
$$ select coalesce(string_agg(distinct split_part(content, ' ', 1), ','), 'nothing') from prosa.messages $$;

select pg_temp.as_app();
select is(prosa.current_tenant_id(), null, 'an empty setting is no tenant');
select is(pg_temp.seen(), 'nothing', 'and sees nothing');

select prosa.authenticate(:'sorriso_key') \g /dev/null
select is(prosa.current_tenant_id(), :'sorriso'::uuid, 'a key opens its tenant');
select is(pg_temp.seen(), 'sorriso', 'then its messages are seen');
select is(current_setting('app.tenant_id'), :'sorriso', 'app.tenant_id says which tenant it is');
select lives_ok(format('select prosa.set_tenant(%L)', :'sorriso'), 'an application may choose the tenant it is in');
select is(pg_temp.seen(), 'sorriso', 'which changes nothing');
select prosa.authenticate(:'harbor_key') \g /dev/null
select is(pg_temp.seen(), 'harbor', 'a second key changes the tenant');

-- plans of functions are cached, tenants must not be
create function pg_temp.cached() returns bigint language plpgsql as
$$ begin return (select count(*) from prosa.tenant_settings where value = '"sorriso"'); end $$;
select is((select array_agg(pg_temp.cached()) from generate_series(1, 8)), array_fill(0::bigint, array[8]), 'the other tenant has none of it');
select prosa.authenticate(:'sorriso_key') \g /dev/null
select is(pg_temp.cached(), 1::bigint, 'and a cached plan follows the tenant');

-- savepoints
savepoint before;
select prosa.authenticate(:'harbor_key') \g /dev/null
select is(pg_temp.seen(), 'harbor', 'in a savepoint the tenant may change');
rollback to before;
select is(prosa.current_tenant_id(), :'sorriso'::uuid, 'ROLLBACK TO brings the former tenant back');
select is(pg_temp.seen(), 'sorriso', 'and the policies with it');

-- a prepared statement
prepare counted as select count(*) from prosa.messages where content like 'harbor%';
execute counted \g /dev/null
select results_eq('counted', array[0::bigint], 'a prepared statement sees the tenant it runs under');
select prosa.authenticate(:'harbor_key') \g /dev/null
select results_eq('counted', array[3::bigint], 'also after it was prepared under another');

-- what is no tenant
select throws_ok(format('select prosa.set_tenant(%L)', :'sorriso'), '42501', 'role prosa_app may not choose that tenant', 'an application does not choose another tenant');
select throws_ok('select prosa.set_tenant(''00000000-0000-0000-0000-000000000001'')', '42501', 'role prosa_app may not choose that tenant',
                 'and is told the same of one that does not exist');
select is(prosa.current_tenant_id(), :'harbor'::uuid, 'the former one stays');
select prosa.set_tenant(null) \g /dev/null
select is(pg_temp.seen(), 'nothing', 'set_tenant(null) clears it');
set local app.tenant_id = 'not a uuid';
select is(prosa.current_tenant_id(), null, 'a malformed setting is no tenant');
select is(pg_temp.seen(), 'nothing', 'and sees nothing');
set local app.tenant_id = '00000000-0000-0000-0000-000000000001';
select is(pg_temp.seen(), 'nothing', 'a tenant that does not exist sees nothing');
set local app.tenant_id = '';
select throws_ok($$ select prosa.get_or_create_contact('+55 11 91234-5678') $$, '42501', 'no tenant is set', 'without a tenant nothing is written');

select pg_temp.reset_role();
select throws_ok($$ select prosa.get_or_create_contact('+55 11 91234-5678') $$, '42501', 'no tenant is set', 'not even by a superuser');
select throws_ok('select prosa.set_tenant(''00000000-0000-0000-0000-000000000001'')', 'P0002', null, 'who may choose any tenant is told that one does not exist');

-- the operator sees all and chooses, the monitor sees what it measures
select pg_temp.as_admin();
select is(pg_temp.seen(), 'harbor,sorriso', 'the operator sees every tenant');
select is((select count(*)::integer from prosa.tenants where id in (:'sorriso', :'harbor')), 2, 'and lists them');
select prosa.set_tenant(:'sorriso') \g /dev/null
select is(prosa.current_tenant_id(), :'sorriso'::uuid, 'and chooses any');
select pg_temp.as_monitor();
select is((select count(distinct tenant_id)::integer from prosa.consumption_inbox_daily where tenant_id in (:'sorriso', :'harbor')), 2,
          'the monitor reads the consumption of all');
select throws_ok(format('select prosa.set_tenant(%L)', :'sorriso'), '42501', null, 'and chooses none');

select pg_temp.reset_role();
select * from finish();
rollback;
