-- record_messages(): a batch in order, all or none.
begin;
\ir lib/personas.sql
select plan(41);

select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as a, pg_temp.new_conversation(:'sorriso', '5511900000000') as b \gset
select pg_temp.as_app(:'sorriso');

create function pg_temp.message(p_conversation uuid, p_content text, p_more jsonb default '{}') returns jsonb language sql as
$$ select jsonb_build_object('conversation_id', p_conversation, 'role', 'user', 'content', p_content) || p_more $$;

-- order
create temporary table recorded as
select row_number() over () as ordinal, r.* from prosa.record_messages(jsonb_build_array(
    pg_temp.message(:'a', 'a one', '{"created_at": "2026-01-05T10:00:00Z", "external_id": "A1", "sender_name": "Ana"}'),
    pg_temp.message(:'b', 'b one'),
    pg_temp.message(:'a', 'a two', '{"role": "assistant", "agent_type": "SDR", "input_tokens": 7, "output_tokens": 3, "model": "m", "tool_calls": [1], "media_url": "u", "metadata": {"k": 1}, "created_at": "2026-01-05T09:00:00Z"}'),
    pg_temp.message(:'b', 'b two', '{"metadata": null, "tool_calls": null, "external_id": null, "created_at": null, "input_tokens": null}'),
    pg_temp.message(:'a', 'a one again', '{"external_id": "A1"}'))) r;
select results_eq('select m.content from recorded r join prosa.messages m on m.id = r.message_id order by r.ordinal',
                  array['a one', 'b one', 'a two', 'b two', 'a one'], 'there is a row for each element, in order');
select results_eq('select message_index from recorded order by ordinal', array[1, 1, 2, 2, 1]::bigint[], 'each conversation counts by itself, in the order of the array');
select results_eq('select is_duplicate from recorded order by ordinal', array[false, false, false, false, true], 'a second element with an external id is a duplicate of the first');
select is((select count(distinct message_id)::integer from recorded), 4, 'and returns its id');
select is((select created_at from recorded where ordinal = 5), '2026-01-05T10:00:00Z'::timestamptz, 'and its time');
select results_eq('select created_at from recorded where ordinal in (2, 4) order by ordinal', array[now(), now()], 'no time means now');
select results_eq($$ select role, agent_type, input_tokens, output_tokens, model, tool_calls, media_url, metadata from prosa.messages where content = 'a two' $$,
                  $$ values ('assistant', 'SDR', 7, 3, 'm', '[1]'::jsonb, 'u', '{"k": 1}'::jsonb) $$, 'every key of record_message() is taken');
select results_eq($$ select metadata, tool_calls, external_id, input_tokens from prosa.messages where content = 'b two' $$,
                  $$ values ('{}'::jsonb, null::jsonb, null::text, 0) $$, 'null is as not given');
select results_eq(format('select last_message_index, messages_since < last_message_at, last_message_at, last_role, agent_type from prosa.conversations where id = %L', :'a'),
                  $$ values (2::bigint, true, '2026-01-05T10:00:00Z'::timestamptz, 'assistant', 'SDR') $$, 'the conversation''s state is that of its last message');
select results_eq($$ select messages_in, messages_out, total_tokens from prosa.consumption_inbox_daily where day = '2026-01-05' order by agent_type $$,
                  $$ values (0::bigint, 1::bigint, 10::bigint), (1, 0, 0) $$, 'it is counted');
select pg_temp.reset_role();
select prosa._settle_messages() \g /dev/null
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso'), 4, 'and queued');
select pg_temp.as_app(:'sorriso');

-- against earlier ones
select results_eq(format($$ select message_index, is_duplicate from prosa.record_messages(jsonb_build_array(
                      pg_temp.message(%L, 'new', '{"external_id": "A2"}'), pg_temp.message(%1$L, 'old', '{"external_id": "A1", "created_at": "2026-03-01"}'),
                      pg_temp.message(%1$L, 'newer', '{"external_id": "A3"}'))) $$, :'a'),
                  $$ values (3::bigint, false), (1, true), (4, false) $$, 'an earlier delivery is a duplicate, and takes no index');
select results_eq(format($$ select message_index, is_duplicate from prosa.record_messages(jsonb_build_array(
                      pg_temp.message(%L, 'old', '{"external_id": "A1"}'), pg_temp.message(%1$L, 'old', '{"external_id": "A2"}'))) $$, :'a'),
                  $$ values (1::bigint, true), (3, true) $$, 'a batch of nothing but duplicates');
select is((select last_message_index from prosa.conversations where id = :'a'), 4::bigint, 'leaves the conversation as it is');
select is((prosa.record_message(:'a', 'user', 'x', 'A3')).is_duplicate, true, 'record_message() knows them too');
select is((select is_duplicate from prosa.record_messages(jsonb_build_array(pg_temp.message(:'b', 'x', '{"external_id": "A1"}')))), true,
          'and another conversation of the same inbox');
select results_eq(format($$ select is_duplicate from prosa.record_messages(jsonb_build_array(pg_temp.message(%L, 'one', '{"external_id": ""}'), pg_temp.message(%1$L, 'two', '{"external_id": ""}'))) $$, :'b'),
                  array[false, false], 'an empty external id is none');

-- size
select is_empty($$ select * from prosa.record_messages('[]') $$, 'no elements give no rows');
select is((select count(*)::integer from prosa.record_messages((select jsonb_agg(pg_temp.message(:'b', 'bulk ' || i, jsonb_build_object('external_id', 'B' || i))) from generate_series(1, 3000) i))), 3000,
          'three thousand in one call');
select is((select count(*) from prosa.messages where conversation_id = :'b'), (select last_message_index from prosa.conversations where id = :'b'), 'without a gap');
select is((select array_agg(substr(content, 6)::integer order by message_index) from prosa.messages where content like 'bulk %'), (select array_agg(i) from generate_series(1, 3000) i),
          'in their order');
select throws_ok(format($$ select prosa.record_messages((select jsonb_agg(pg_temp.message(%L, 'x')) from generate_series(1, 10001))) $$, :'b'), '22023', null, 'ten thousand and one are refused');

-- all or none, and the element is named
select count(*) as before from prosa.messages \gset
select last_message_index as index_before from prosa.conversations where id = :'a' \gset
create function pg_temp.refused(p_element jsonb, p_code text, p_conversation uuid, p_why text) returns setof text language plpgsql as $$
declare
    v_code text := 'none';
    v_message text;
begin
    begin
        perform prosa.record_messages(jsonb_build_array(pg_temp.message(p_conversation, 'good', '{"external_id": "GOOD"}'), p_element));
    exception when others then
        v_code := sqlstate;
        v_message := sqlerrm;
    end;
    return next is(v_code || case when v_message ~ 'element 2' then ' names it' else ': ' || coalesce(v_message, '') end, p_code || ' names it', p_why);
end
$$;
select pg_temp.refused(pg_temp.message('00000000-0000-0000-0000-000000000001', 'x'), 'P0002', :'a', 'a conversation that does not exist');
select pg_temp.refused(pg_temp.message(:'a', 'x') - 'conversation_id', 'P0002', :'a', 'no conversation');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"role": "robot"}'), '22023', :'a', 'a role that does not exist');
select pg_temp.refused(pg_temp.message(:'a', 'x') - 'role', '22023', :'a', 'no role');
select pg_temp.refused(pg_temp.message(:'a', 'x') - 'content', '22023', :'a', 'no content');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"metadata": [1]}'), '22023', :'a', 'metadata that is no object');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"conversation_id": "not a uuid"}'), '22023', :'a', 'a conversation that is no uuid');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"created_at": "yesterday-ish"}'), '22023', :'a', 'a time that is none');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"created_at": "infinity"}'), '22023', :'a', 'a time without end');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"input_tokens": "many"}'), '22023', :'a', 'tokens that are no number');
select pg_temp.refused(pg_temp.message(:'a', 'x', '{"output_tokens": -1}'), '22023', :'a', 'negative tokens');
select throws_ok($$ select prosa.record_messages('{}') $$, '22023', null, 'an object is no array');
select throws_ok($$ select prosa.record_messages('[1]') $$, '22023', null, 'a number is no message');
select throws_ok($$ select prosa.record_messages(null) $$, '22023', null, 'nor is null an array');
select is((select count(*) from prosa.messages), :before::bigint, 'of a batch with a bad element nothing is stored');
select is((select last_message_index from prosa.conversations where id = :'a'), :index_before::bigint, 'and no index is used up');
select is((prosa.record_message(:'a', 'user', 'good', 'GOOD')).is_duplicate, false, 'nor an external id');
select pg_temp.as_app();
select throws_ok($$ select prosa.record_messages('[]') $$, '42501', 'no tenant is set', 'a batch belongs to a tenant');

select pg_temp.reset_role();
select is((select array_agg(distinct c.last_message_index = (select count(*) from prosa.messages m where m.conversation_id = c.id)) from prosa.conversations c where c.tenant_id = :'sorriso'),
          array[true], 'every conversation''s index is the number of its messages');
select * from finish();
rollback;
