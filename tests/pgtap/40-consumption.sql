-- Consumption per inbox, day and agent type is exact at every moment.
begin;
\ir lib/personas.sql
select plan(25);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_inbox(:'sorriso', 'one') as one, pg_temp.new_inbox(:'sorriso', 'two') as two, pg_temp.new_contact(:'sorriso') as ana \gset
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'one', :'ana') as first, prosa.get_or_create_conversation(:'two', :'ana') as second \gset

-- one at a time, and in a batch: two inboxes, two days (the last second of one and the first of the other), three agents
select prosa.record_message(:'first', 'user', 'a', created_at => '2026-02-28 23:59:59.999999+00') \g /dev/null
select prosa.record_message(:'first', 'assistant', 'b', created_at => '2026-03-01 00:00:00+00', agent_type => 'SDR', input_tokens => 100, output_tokens => 20) \g /dev/null
select prosa.record_message(:'first', 'operator', 'c', created_at => '2026-03-01 12:00:00+00') \g /dev/null
select prosa.record_message(:'first', 'system', 'd', created_at => '2026-03-01 12:00:00+00', input_tokens => 5) \g /dev/null
select prosa.record_message(:'first', 'tool', 'e', created_at => '2026-03-01 12:00:00+00', agent_type => 'SDR', output_tokens => 7) \g /dev/null
select count(*) from prosa.record_messages(jsonb_build_array(
    jsonb_build_object('conversation_id', :'first'::text, 'role', 'assistant', 'content', 'f', 'created_at', '2026-03-01T10:00:00Z', 'agent_type', 'SDR', 'input_tokens', 1, 'output_tokens', 2, 'external_id', 'F'),
    jsonb_build_object('conversation_id', :'second'::text, 'role', 'assistant', 'content', 'g', 'created_at', '2026-03-01T10:00:00Z', 'agent_type', 'COPILOT', 'output_tokens', 3),
    jsonb_build_object('conversation_id', :'first'::text, 'role', 'assistant', 'content', 'f', 'external_id', 'F'),
    jsonb_build_object('conversation_id', :'second'::text, 'role', 'user', 'content', 'h', 'created_at', '2026-03-01T10:00:00-03:00'))) \g /dev/null

create temporary table expected (name text, day date, agent_type text, messages_in bigint, messages_out bigint, message_count bigint, input_tokens bigint, output_tokens bigint, total_tokens bigint);
insert into expected values
    ('one', '2026-02-28', 'none', 1, 0, 1, 0, 0, 0),
    ('one', '2026-03-01', 'none', 0, 1, 1, 5, 0, 5),
    ('one', '2026-03-01', 'SDR', 0, 2, 2, 101, 29, 130),
    ('two', '2026-03-01', 'COPILOT', 0, 1, 1, 0, 3, 3),
    ('two', '2026-03-01', 'none', 1, 0, 1, 0, 0, 0);
create function pg_temp.seen() returns setof expected language sql as
$$ select i.name, c.day, c.agent_type, c.messages_in, c.messages_out, c.message_count, c.input_tokens, c.output_tokens, c.total_tokens
     from prosa.consumption_inbox_daily c join prosa.inboxes i on i.id = c.inbox_id $$;

select set_eq('select * from pg_temp.seen()', 'select * from expected', 'every inbox, day (UTC) and agent type, before anything is settled');
select is((select count(*)::integer from prosa.usage_daily), 0, 'from the outbox alone');
select results_eq($$ select month, messages_in, messages_out, input_tokens, output_tokens, total_tokens, active_inboxes from prosa.mv_tenant_consumption_summary order by month $$,
                  $$ values ('2026-02-01'::date, 1::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 1::bigint), ('2026-03-01', 1, 4, 106, 32, 138, 2) $$, 'the tenant''s months are the same sums');

select pg_temp.as_worker();
select cmp_ok(prosa.refresh_consumption_summary(), '>=', 7::bigint, 'the messages are settled');
select is(prosa.refresh_consumption_summary(), 0::bigint, 'once');
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.message_outbox), 0, 'none is left in the outbox');
select is((select count(*)::integer from prosa.usage_daily), 5, 'they are daily sums now');
select set_eq('select * from pg_temp.seen()', 'select * from expected', 'and the view shows the same');

select prosa.record_message(:'first', 'assistant', 'i', created_at => '2026-03-01 13:00:00+00', agent_type => 'SDR', input_tokens => 1) \g /dev/null
update expected set messages_out = 3, message_count = 3, input_tokens = 102, total_tokens = 131 where name = 'one' and agent_type = 'SDR';
select set_eq('select * from pg_temp.seen()', 'select * from expected', 'a message after it is in the sum at once');
select pg_temp.as_worker();
select is(prosa.refresh_consumption_summary(), 1::bigint, 'and is added');
select pg_temp.as_app(:'sorriso');
select set_eq('select * from pg_temp.seen()', 'select * from expected', 'to what was there');

-- a refused message counts nothing, a rolled back one neither
savepoint before;
select prosa.record_message(:'first', 'user', 'x') \g /dev/null
rollback to before;
select set_eq('select * from pg_temp.seen()', 'select * from expected', 'what is rolled back was never counted');
select throws_ok(format($$ select prosa.record_message(%L, 'user', 'x', input_tokens => -1) $$, :'first'), '23514', null, 'a refused message');
select set_eq('select * from pg_temp.seen()', 'select * from expected', 'is not counted');

-- a redelivery and a batch with its own duplicates count once, settled or not
select prosa.record_message(:'first', 'user', 'once', 'ONCE', '2026-03-02 00:00:00+00') \g /dev/null
select prosa.record_message(:'first', 'user', 'once', 'ONCE', '2026-03-03 00:00:00+00') \g /dev/null
select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', :'first'::text, 'role', 'user', 'content', 'x', 'external_id', 'D' || i % 250, 'created_at', '2026-03-02T00:00:00Z')) from generate_series(1, 500) i)) \g /dev/null
select results_eq($$ select day, messages_in from prosa.consumption_inbox_daily where day > '2026-03-01' $$, $$ values ('2026-03-02'::date, 251::bigint) $$, 'a redelivery counts nothing, in its own day neither');
select pg_temp.as_worker();
select is(prosa._settle_messages(100), 100::bigint, 'settled in parts');
select pg_temp.as_app(:'sorriso');
select results_eq($$ select messages_in from prosa.consumption_inbox_daily where day > '2026-03-01' $$, array[251::bigint], 'the whole stays the same');
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.as_app(:'sorriso');
select prosa.record_message(:'first', 'user', 'once', 'ONCE', '2026-03-02 00:00:00+00') \g /dev/null
select results_eq($$ select messages_in from prosa.consumption_inbox_daily where day > '2026-03-01' $$, array[251::bigint], 'so does it when what was settled is delivered again');

-- cached tokens are part of the input
select prosa.record_message(:'second', 'assistant', 'j', created_at => '2026-03-04 00:00:00+00', input_tokens => 100, cached_tokens => 64, output_tokens => 5, model => 'm') \g /dev/null
select results_eq($$ select input_tokens, cached_tokens, total_tokens from prosa.consumption_inbox_daily where day = '2026-03-04' $$, $$ values (100::bigint, 64::bigint, 105::bigint) $$, 'cached tokens are shown, and are part of the input');
select throws_ok(format($$ select prosa.record_message(%L, 'assistant', 'x', input_tokens => 5, cached_tokens => 6) $$, :'second'), '23514', null, 'more of them than of the input are refused');
select throws_ok(format($$ select prosa.record_messages('[{"conversation_id": "%s", "role": "assistant", "content": "x", "input_tokens": 5, "cached_tokens": 6}]') $$, :'second'), '22023', null, 'in a batch too');

-- the sums equal the messages
select pg_temp.as_admin();
select is_empty(format($$
    select inbox_id, day, agent_type, messages_in, messages_out, input_tokens, output_tokens, cached_tokens from prosa.consumption_inbox_daily where tenant_id = %L
    except
    select m.inbox_id, (m.created_at at time zone 'UTC')::date, coalesce(m.agent_type, 'none'), count(*) filter (where m.role = 'user'),
           count(*) filter (where m.role in ('assistant', 'operator')), sum(m.input_tokens), sum(m.output_tokens), sum(m.cached_tokens)
      from prosa.messages m where m.tenant_id = %1$L group by 1, 2, 3 $$, :'sorriso'), 'every sum is that of the messages');
select pg_temp.as_app(:'harbor');
select is_empty('select * from prosa.consumption_inbox_daily', 'another tenant sees none of it');
select pg_temp.as_monitor();
select is((select sum(message_count)::integer from prosa.mv_tenant_consumption_summary where tenant_id = :'sorriso'), 259, 'the monitor does');
select throws_ok('select * from prosa.messages', '42501', null, 'but no message');

select pg_temp.reset_role();
select * from finish();
rollback;
