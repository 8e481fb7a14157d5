-- conversation_history(): the newest messages, oldest first.
begin;
\ir lib/personas.sql
select plan(14);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'sorriso', '5511900000000') as other \gset
select pg_temp.as_app(:'sorriso');
select count(prosa.record_message(:'conversation', case i % 2 when 1 then 'user' else 'assistant' end, 'm' || i, created_at => now() - interval '100 days' + i * interval '3 days', metadata => jsonb_build_object('i', i)))
  from generate_series(1, 30) i \g /dev/null
select prosa.record_message(:'other', 'user', 'other') \g /dev/null
-- two of one instant, and one that arrived late
select prosa.record_message(:'conversation', 'user', 'twin one', created_at => now()), prosa.record_message(:'conversation', 'user', 'twin two', created_at => now()) \g /dev/null
select prosa.record_message(:'conversation', 'user', 'late', created_at => now() - interval '1 hour') \g /dev/null

select results_eq(format('select content from prosa.conversation_history(%L, 5)', :'conversation'), array['m29', 'm30', 'late', 'twin one', 'twin two'],
                  'the newest five, oldest first; of one instant in order of recording');
select results_eq(format('select message_index from prosa.conversation_history(%L, 3)', :'conversation'), array[33, 31, 32]::bigint[], 'with their indexes');
select is((select count(*)::integer from prosa.conversation_history(:'conversation')), 20, 'twenty by default');
select is((select count(*)::integer from prosa.conversation_history(:'conversation', 10000)), 33, 'all of them, over several months');
select is((select array_agg(content order by ordinality) from prosa.conversation_history(:'conversation', 33) with ordinality),
          (select array_agg(content order by created_at, message_index) from prosa.messages where conversation_id = :'conversation'), 'in the order of time');
select results_eq(format('select role, metadata from prosa.conversation_history(%L, 6) limit 1', :'conversation'), $$ values ('assistant', '{"i": 28}'::jsonb) $$, 'with role and metadata');
select is_empty(format($$ select content from prosa.conversation_history(%L, 100) where content = 'other' $$, :'conversation'), 'of that conversation only');
select is_empty($$ select * from prosa.conversation_history('00000000-0000-0000-0000-000000000001') $$, 'one that does not exist has none');
select is_empty($$ select * from prosa.conversation_history(null) $$, 'nor has null');
select throws_ok(format('select * from prosa.conversation_history(%L, 0)', :'conversation'), '22023', null, 'a limit of 0 is refused');
select throws_ok(format('select * from prosa.conversation_history(%L, 10001)', :'conversation'), '22023', null, 'and one of 10001');
select throws_ok(format('select * from prosa.conversation_history(%L, null)', :'conversation'), '22023', null, 'and none');
select pg_temp.as_app(:'harbor');
select is_empty(format('select * from prosa.conversation_history(%L)', :'conversation'), 'another tenant sees none of it');
select pg_temp.as_app();
select throws_ok(format('select * from prosa.conversation_history(%L)', :'conversation'), '42501', 'no tenant is set', 'a history belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
