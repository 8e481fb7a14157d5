-- Roles that are bound to tenants see those and nothing else, whatever they set.
begin;
\ir lib/personas.sql
select plan(41);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor, pg_temp.new_tenant('third') as third \gset
select pg_temp.populate(:'sorriso', 'sorriso');
select pg_temp.populate(:'harbor', 'harbor');
select pg_temp.populate(:'third', 'third');
select prosa.create_api_key(:'sorriso', 'x') as sorriso_key, prosa.create_api_key(:'harbor', 'x') as harbor_key \gset
create function pg_temp.seen() returns text language sql as
$$ select coalesce(string_agg(distinct split_part(content, ' ', 1), ',' order by split_part(content, ' ', 1)), 'nothing') from prosa.messages $$;
create role zz_one login;
create role zz_two login;
create role zz_group nologin;
create role zz_member login in role zz_group;
create role zz_noinherit login noinherit in role zz_group;
create role zz_pooler login noinherit in role zz_one, zz_two;
create role zz_free login in role prosa_app;

select lives_ok(format('select prosa.grant_tenant_role(%L, %L)', 'zz_one', :'sorriso'), 'a role is bound to a tenant');
select ok(pg_has_role('zz_one', 'prosa_app', 'member'), 'and made an application');
select lives_ok(format('select prosa.grant_tenant_role(%L, %L)', 'zz_one', :'sorriso'), 'twice is once');
select prosa.grant_tenant_role('zz_two', :'sorriso'), prosa.grant_tenant_role('zz_two', :'harbor'), prosa.grant_tenant_role('zz_group', :'harbor') \g /dev/null

-- one tenant
set session authorization zz_one;
select is(pg_temp.seen(), 'sorriso', 'bound to one tenant it need not set it');
select is(prosa.current_tenant_id(), :'sorriso'::uuid, 'which is the current one');
select isnt((select prosa.get_or_create_contact('+55 11 90000-0001')), null, 'and writes there');
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'nothing', 'another one, set, is none');
select throws_ok($$ select prosa.get_or_create_contact('+55 11 91234-5678') $$, '42501', 'no tenant is set', 'for writing too');
select throws_ok(format('select prosa.set_tenant(%L)', :'harbor'), '42501', null, 'and is not chosen');
select throws_ok(format('select prosa.authenticate(%L)', :'harbor_key'), '28000', 'the key is not valid', 'not even with its key');
select lives_ok(format('select prosa.set_tenant(%L)', :'sorriso'), 'the own one is');
select is(pg_temp.seen(), 'sorriso', 'and seen');
select is((select tenant_id from prosa.authenticate(:'sorriso_key')), :'sorriso'::uuid, 'also with its key');
reset session authorization;

-- two tenants
set session authorization zz_two;
set local app.tenant_id = '';
select is(pg_temp.seen(), 'nothing', 'bound to two it sees none until it chooses');
select prosa.set_tenant(:'harbor') \g /dev/null
select is(pg_temp.seen(), 'harbor', 'chosen with set_tenant()');
set local app.tenant_id = :'sorriso';
select is(pg_temp.seen(), 'sorriso', 'or by the plain setting, which is worth as much to it');
set local app.tenant_id = :'third';
select is(pg_temp.seen(), 'nothing', 'a third is none');
reset session authorization;

-- by membership
set session authorization zz_member;
set local app.tenant_id = '';
select is(pg_temp.seen(), 'harbor', 'a member of a bound role is bound');
set role prosa_app;
select is(pg_temp.seen(), 'harbor', 'SET ROLE does not lead out of it');
set local app.tenant_id = :'sorriso';
select is(pg_temp.seen(), 'nothing', 'nor a setting after it');
reset role;
reset session authorization;
set session authorization zz_noinherit;
set role zz_group;
set local app.tenant_id = '';
select is(pg_temp.seen(), 'harbor', 'a login that becomes a bound role is bound');
reset session authorization;

-- bound itself and member of a bound role
create role zz_both login in role zz_group;
select prosa.grant_tenant_role('zz_both', :'sorriso') \g /dev/null
set session authorization zz_both;
set local app.tenant_id = '';
select is(pg_temp.seen(), 'sorriso', 'what a role is bound to itself comes before what its groups are');
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'nothing', 'so that theirs are none of it');
select throws_ok(format('select prosa.set_tenant(%L)', :'harbor'), '42501', null, 'nor chosen');
reset session authorization;

-- a pooler that becomes the role of each tenant
set session authorization zz_pooler;
set role zz_one;
set local app.tenant_id = '';
select is(pg_temp.seen(), 'sorriso', 'a pooler that becomes one role is in its tenant');
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'nothing', 'and in no other of its own');
reset session authorization;

-- also where applications are trusted
select prosa.set_config_value('tenant_context', '"plain"') \g /dev/null
set session authorization zz_one;
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'nothing', 'a bound role is bound also where plain settings are trusted');
reset session authorization;
set session authorization zz_free;
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'harbor', 'others are not');
reset session authorization;
select prosa.set_config_value('tenant_context', '"sealed"') \g /dev/null

-- what cannot be bound
create role zz_super superuser;
create role zz_bypass bypassrls;
create role zz_admin in role prosa_admin;
create role zz_reader in role pg_read_all_data;
create role zz_creator createrole;
select throws_ok(format('select prosa.grant_tenant_role(%L, %L)', r, :'harbor'), '0LP01', format('role "%s" cannot be bound to a tenant', r), r || ' cannot be bound')
  from unnest(array['zz_super', 'zz_bypass', 'zz_admin', 'zz_reader', 'zz_creator', 'prosa_app', 'prosa_owner']) r;
select throws_ok(format('select prosa.grant_tenant_role(%L, %L)', 'zz_missing', :'harbor'), '42704', null, 'a role that does not exist');
select throws_ok('select prosa.grant_tenant_role(''zz_one'', ''00000000-0000-0000-0000-000000000001'')', 'P0002', null, 'a tenant that does not exist');

-- an end
select lives_ok(format('select prosa.revoke_tenant_role(%L, %L)', 'zz_one', :'sorriso'), 'a binding ends');
select ok(not pg_has_role('zz_one', 'prosa_app', 'member'), 'and with the last one the membership');
select prosa.revoke_tenant_role('zz_two', :'harbor') \g /dev/null
select ok(pg_has_role('zz_two', 'prosa_app', 'member'), 'not before');
select throws_ok(format('select prosa.revoke_tenant_role(%L, %L)', 'zz_one', :'sorriso'), 'P0002', null, 'twice is an error');

select * from finish();
rollback;
