-- Inboxes: one of a tenant is its default.
begin;
\ir lib/personas.sql
select plan(18);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.as_app(:'sorriso');
create function pg_temp.defaults() returns text language sql as $$ select string_agg(name, ',' order by name) from prosa.inboxes where is_default $$;

select prosa.create_inbox('first') as first \gset
select is(pg_temp.defaults(), 'first', 'the first inbox is the default, though it did not ask to be');
select is((select channel from prosa.inboxes where id = :'first'), 'evolution', 'its channel is evolution');
select prosa.create_inbox('second', 'api', config => '{"colour": "blue"}') as second \gset
select is(pg_temp.defaults(), 'first', 'a second one is not');
select is((select config from prosa.inboxes where id = :'second'), '{"colour": "blue"}', 'its configuration is kept');
select prosa.create_inbox('third', is_default => true) as third \gset
select is(pg_temp.defaults(), 'third', 'one that asks to be becomes the only default');
select lives_ok($$ select prosa.create_inbox('fourth', config => null, is_default => null) $$, 'null is as not given');
select is((select count(*)::integer from prosa.inboxes where is_default), 1, 'and there is one default still');

select throws_ok($$ select prosa.create_inbox('first') $$, '23505', 'the tenant has an inbox named "first" already', 'a name is used once in a tenant');
select throws_ok($$ select prosa.create_inbox('  ') $$, '22023', null, 'a blank name is refused');
select throws_ok($$ select prosa.create_inbox(null) $$, '22023', null, 'so is none');
select throws_ok($$ select prosa.create_inbox('x', 'pigeon') $$, '23514', null, 'a channel that does not exist is refused');
select throws_ok($$ select prosa.create_inbox('x', config => '[]') $$, '23514', null, 'a configuration is an object');
select throws_ok(format('select prosa.create_inbox(%L)', repeat('x', 81)), '23514', null, 'a name has up to 80 characters');
select is(pg_temp.defaults(), 'third', 'what was refused changed nothing');

select pg_temp.as_app(:'harbor');
select lives_ok($$ select prosa.create_inbox('first') $$, 'another tenant may use the same name');
select is(pg_temp.defaults(), 'first', 'and has a default of its own');
select pg_temp.as_app(:'sorriso');
select is(pg_temp.defaults(), 'third', 'which is not in the way of the first tenant''s');
select pg_temp.as_app();
select throws_ok($$ select prosa.create_inbox('x') $$, '42501', 'no tenant is set', 'an inbox belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
