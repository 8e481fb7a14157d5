-- record_message(): index, state of the conversation, redelivery, what it refuses.
begin;
\ir lib/personas.sql
select plan(60);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'sorriso', '5511900000000') as other \gset
select inbox_id as inbox, contact_id as contact from prosa.conversations where id = :'conversation' \gset
select pg_temp.as_app(:'sorriso');

select message_id as id, created_at as at, message_index as index, is_duplicate as duplicate
  from prosa.record_message(:'conversation', 'user', 'Quero marcar uma consulta', sender_name => 'Ana', metadata => '{"a": 1}') \gset
select is(:'index'::bigint, 1::bigint, 'the first message has index 1');
select is(:'duplicate'::boolean, false, 'and is no duplicate');
select is(:'at'::timestamptz, now(), 'it is of now');
select results_eq(format('select conversation_id, inbox_id, contact_id, role, content, sender_name, metadata, input_tokens, recorded_at from prosa.messages where id = %L', :'id'),
                  format($$ values (%L::uuid, %L::uuid, %L::uuid, 'user', 'Quero marcar uma consulta', 'Ana', '{"a": 1}'::jsonb, 0, now()) $$, :'conversation', :'inbox', :'contact'),
                  'the row holds what was said, and whose it is');
select matches(:'id'::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]', 'its id is a UUID of version 7');
select results_eq(format('select last_message_index, last_message_at, last_role from prosa.conversations where id = %L', :'conversation'),
                  $$ values (1::bigint, now(), 'user') $$, 'the conversation knows its last message');

select is((prosa.record_message(:'conversation', 'assistant', 'Claro!', agent_type => 'SDR', model => 'm', input_tokens => 10, output_tokens => 4,
                                tool_calls => '[{"name": "x"}]', media_url => 'https://example.org/a.png')).message_index, 2::bigint, 'the next one has index 2');
select results_eq($$ select agent_type, model, input_tokens, output_tokens, tool_calls, media_url from prosa.messages where role = 'assistant' $$,
                  $$ values ('SDR', 'm', 10, 4, '[{"name": "x"}]'::jsonb, 'https://example.org/a.png') $$, 'with what the model took');
select results_eq(format('select last_role, agent_type from prosa.conversations where id = %L', :'conversation'), $$ values ('assistant', 'SDR') $$,
                  'the conversation knows the agent');
select is((prosa.record_message(:'other', 'user', 'Oi')).message_index, 1::bigint, 'another conversation counts by itself');
select lives_ok(format($$ select prosa.record_message(%L, r, 'x') from unnest(array['user', 'assistant', 'operator', 'system', 'tool']) r $$, :'conversation'), 'there are five roles');
select is((select array_agg(message_index order by message_index) from prosa.messages where conversation_id = :'conversation'), array[1,2,3,4,5,6,7]::bigint[], 'indexes have no gaps');

-- time
select is((prosa.record_message(:'other', 'user', 'antes', created_at => now() - interval '1 hour')).message_index, 2::bigint, 'an older message has the next index all the same');
select results_eq(format('select messages_since, last_message_at from prosa.conversations where id = %L', :'other'), $$ values (now() - interval '1 hour', now()) $$, 'the oldest then, and the newest stays the newest');
select is((prosa.record_message(:'other', 'user', 'depois', created_at => now() + interval '1 minute')).message_index, 3::bigint, 'a message that is newer than its conversation');
select is((select last_message_at from prosa.conversations where id = :'other'), now() + interval '1 minute', 'is the newest then');
select is((select count(*)::integer from prosa.conversation_history(:'other')), 3, 'and in its history');
select is((prosa.record_message(:'other', 'user', 'agora', created_at => null)).created_at, now(), 'no time means now');
select message_id as old, created_at as old_at from prosa.record_message(:'other', 'user', 'velho', created_at => now() - interval '700 days') \gset
select is((select count(*)::integer from prosa.messages where id = :'old' and created_at = now() - interval '700 days'), 1, 'a month without a partition is stored as well');
select cmp_ok(:'old'::uuid, '<', :'id'::uuid, 'ids sort by the time of the message');
select pg_temp.reset_role();
select isnt((select tableoid::regclass::text from prosa.messages where id = :'old'), 'prosa.messages_default', 'in a month of its own, made for it');
select isnt((select tableoid::regclass::text from prosa.messages where id = :'id'), 'prosa.messages_default', 'which this month has already');
select pg_temp.as_app(:'sorriso');

-- redelivery
select message_id as first_id, created_at as first_at, message_index as first_index, is_duplicate as first_duplicate
  from prosa.record_message(:'conversation', 'user', 'de novo', 'EXT-1', now() - interval '2 months') \gset
select is(:'first_duplicate'::boolean, false, 'a new external id is recorded');
select results_eq(format($$ select * from prosa.record_message(%L, 'user', 'de novo', 'EXT-1', now() - interval '2 months') $$, :'conversation'),
                  format('values (%L::uuid, %L::timestamptz, %s::bigint, true)', :'first_id', :'first_at', :'first_index'), 'its redelivery returns the first message');
select results_eq(format($$ select * from prosa.record_message(%L, 'user', 'de novo', 'EXT-1', now()) $$, :'conversation'),
                  format('values (%L::uuid, %L::timestamptz, %s::bigint, true)', :'first_id', :'first_at', :'first_index'),
                  'also when it carries another time, in another month''s partition');
select is((prosa.record_message(:'conversation', 'assistant', 'something else', 'EXT-1')).message_id, :'first_id'::uuid, 'or another text');
select is((prosa.record_message(:'other', 'user', 'de novo', 'EXT-1')).message_id, :'first_id'::uuid, 'or comes through another conversation of the inbox');
select is((select count(*)::integer from prosa.messages where external_id = 'EXT-1'), 1, 'it is stored once');
select is((select last_message_index from prosa.conversations where id = :'conversation'), :'first_index'::bigint, 'and took one index');
select is((prosa.record_message(:'conversation', 'user', 'next', 'EXT-2')).message_index, :'first_index'::bigint + 1, 'the next message has the next one');
select is((select sum(messages_in)::integer from prosa.consumption_inbox_daily), (select count(*)::integer from prosa.messages where role = 'user'), 'it was counted once');
select is((prosa.record_message(:'conversation', 'user', 'no id')).is_duplicate or (prosa.record_message(:'conversation', 'user', 'no id')).is_duplicate, false,
          'messages without an external id are never duplicates');
-- clients that have no id often send ''
select is((prosa.record_message(:'conversation', 'user', 'one', '')).is_duplicate or (prosa.record_message(:'conversation', 'user', 'two', '')).is_duplicate, false,
          'nor are messages with an empty one: it is no id');
select is((select count(*)::integer from prosa.messages where content in ('one', 'two')), 2, 'so nothing is lost');
select pg_temp.as_app(:'harbor');
select pg_temp.reset_role();
select pg_temp.new_conversation(:'harbor') as harbor_conversation \gset
select pg_temp.as_app(:'harbor');
select is((prosa.record_message(:'harbor_conversation', 'user', 'hello', 'EXT-1')).is_duplicate, false, 'another tenant may have the same external id');
select pg_temp.reset_role();
select pg_temp.new_inbox(:'sorriso', 'second') as second \gset
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'second', :'contact') as second_conversation \gset
select is((prosa.record_message(:'second_conversation', 'user', 'hello', 'EXT-1')).is_duplicate, false, 'and so may another inbox');

-- what is refused
create function pg_temp.refused(p_arguments text, p_code text, p_why text) returns setof text language sql as
$$ select throws_ok('select prosa.record_message(' || p_arguments || ')', p_code, null, p_why) $$;
select count(*) as before from prosa.messages \gset
select pg_temp.refused(quote_literal(:'conversation') || $$, 'robot', 'x'$$, '22023', 'a role that does not exist');
select pg_temp.refused(quote_literal(:'conversation') || $$, null, 'x'$$, '22023', 'no role');
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', null$$, '22023', 'no content');
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', 'x', metadata => '[]'$$, '22023', 'metadata that is no object');
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', 'x', created_at => 'infinity'$$, '22023', 'a time without end');
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', 'x', created_at => '1999-12-31 23:59+00'$$, '22023', 'a time before 2000');
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', 'x', created_at => now() + interval '25 hours'$$, '22023', 'a time more than a day ahead');
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', 'x', input_tokens => -1$$, '23514', 'negative tokens');
select pg_temp.refused($$'00000000-0000-0000-0000-000000000001', 'user', 'x'$$, 'P0002', 'a conversation that does not exist');
select pg_temp.refused($$null, 'user', 'x'$$, 'P0002', 'no conversation');
select is((select count(*) from prosa.messages), :before::bigint, 'what is refused stores nothing');
select is((select count(*)::integer from prosa.messages where external_id = 'EXT-9'), 0, 'nor does it use its external id up');
select throws_ok(format($$ select prosa.record_message(%L, 'robot', 'x', 'EXT-9') $$, :'conversation'), '22023', null, 'a refused message with an id');
select is((prosa.record_message(:'conversation', 'user', 'x', 'EXT-9')).is_duplicate, false, 'may come again, mended');

-- what is taken
select lives_ok(format($$ select prosa.record_message(%L, 'user', '') $$, :'conversation'), 'an empty text, of an image');
select lives_ok(format($$ select prosa.record_message(%L, 'user', 'x', metadata => null, input_tokens => null, tool_calls => null) $$, :'conversation'), 'nulls for what may be left out');
select is((prosa.record_message(:'conversation', 'user', E'emoji 👩‍👩‍👧, العربية, 漢字, tab\t, quote '' and \\ backslash')).is_duplicate, false, 'any script and sign');
select is((select content from prosa.messages where content like 'emoji%'), E'emoji 👩‍👩‍👧, العربية, 漢字, tab\t, quote '' and \\ backslash', 'as it was');
select lives_ok(format($$ select prosa.record_message(%L, 'user', string_agg(md5(i::text), ' ')) from generate_series(1, 60000) i $$, :'conversation'), 'two megabytes of different words');
select is((select length(content) from prosa.messages where length(content) > 100000), 60000 * 33 - 1, 'whole');
select lives_ok(format($$ select prosa.record_message(%L, 'user', repeat('á', 3000)) $$, :'conversation'), 'a word longer than a lexeme may be');
select pg_temp.as_app();
select pg_temp.refused(quote_literal(:'conversation') || $$, 'user', 'x'$$, '42501', 'a message belongs to a tenant');

select pg_temp.as_app(:'sorriso');
select throws_ok(format($$ call prosa.commit_message(%L, 'user', 'x', 'in a block') $$, :'conversation'), '2D000', null, 'commit_message() is refused inside a transaction block, of which it would commit the rest');
select is((select count(*)::integer from prosa.messages where content = 'x' and external_id = 'in a block'), 0, 'and records nothing there');
select pg_temp.reset_role();
select * from finish();
rollback;
