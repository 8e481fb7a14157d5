-- conversation_history(): the newest messages, oldest first, and pages before and after.
begin;
\ir lib/personas.sql
select plan(32);

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

-- pages, by the key of a message
create function pg_temp.page(p_conversation uuid, p_limit integer, p_before bigint default null, p_after bigint default null) returns text[] language sql as
$$ select coalesce(array_agg(h.content order by h.ordinality), '{}')
     from prosa.conversation_history(p_conversation, p_limit,
              (select m.created_at from prosa.messages m where m.conversation_id = p_conversation and m.message_index = p_before), p_before,
              (select m.created_at from prosa.messages m where m.conversation_id = p_conversation and m.message_index = p_after), p_after) with ordinality h $$;
select is(pg_temp.page(:'conversation', 3, p_before => 29), array['m26', 'm27', 'm28'], 'the page before a message, oldest first');
select is(pg_temp.page(:'conversation', 3, p_after => 2), array['m3', 'm4', 'm5'], 'the page after it, oldest first');
select is(pg_temp.page(:'conversation', 2, p_before => 32), array['late', 'twin one'], 'of one instant the index decides');
select is(pg_temp.page(:'conversation', 2, p_after => 31), array['twin two'], 'either way');
select is(pg_temp.page(:'conversation', 5, p_before => 1), '{}', 'before the first there is none');
select is(pg_temp.page(:'conversation', 5, p_after => 32), '{}', 'nor after the last');
-- a walk from end to end, over months with nothing in them: every message once
select prosa.record_message(:'conversation', 'user', 'ancient', created_at => now() - interval '20 months') \g /dev/null
create function pg_temp.walk(p_conversation uuid, p_limit integer, p_is_backward boolean) returns text[] language plpgsql as $$
declare
    v_page record;
    v_at timestamptz := case when p_is_backward then 'infinity' else '-infinity' end;
    v_index bigint := 0;
    v_all text[] := '{}';
begin
    loop
        select array_agg(h.content order by h.ordinality) as contents, min(h.ordinality) as first, max(h.ordinality) as last,
               array_agg(h.created_at order by h.ordinality) as ats, array_agg(h.message_index order by h.ordinality) as indexes into v_page
          from prosa.conversation_history(p_conversation, p_limit, case when p_is_backward then v_at end, case when p_is_backward then v_index end,
                   case when not p_is_backward then v_at end, case when not p_is_backward then v_index end) with ordinality h;
        exit when v_page.contents is null;
        v_all := case when p_is_backward then v_page.contents || v_all else v_all || v_page.contents end;
        v_at := v_page.ats[case when p_is_backward then 1 else v_page.last end];
        v_index := v_page.indexes[case when p_is_backward then 1 else v_page.last end];
        -- meanwhile someone writes
        perform prosa.record_message(p_conversation, 'system', 'meanwhile') where p_is_backward;
    end loop;
    return v_all;
end
$$;
select array_agg(content order by created_at, message_index) as whole from prosa.messages where conversation_id = :'conversation' \gset
select is(pg_temp.walk(:'conversation', 7, false), :'whole'::text[], 'page after page from the beginning is all of it');
select is(pg_temp.walk(:'conversation', 7, true), :'whole'::text[], 'and back from the end, whatever is written meanwhile');
select throws_ok(format('select * from prosa.conversation_history(%L, 5, now())', :'conversation'), '22023', 'not one whole cursor', 'half a cursor is refused');
select throws_ok(format('select * from prosa.conversation_history(%L, 5, before_index => 5)', :'conversation'), '22023', null, 'whichever half');
select throws_ok(format('select * from prosa.conversation_history(%L, 5, after_created_at => now())', :'conversation'), '22023', null, 'of either');
select throws_ok(format('select * from prosa.conversation_history(%L, 5, now(), 1, now(), 1)', :'conversation'), '22023', null, 'two are refused');
select is_empty($$ select * from prosa.conversation_history('00000000-0000-0000-0000-000000000001', 5, now(), 5) $$, 'a conversation that does not exist has no page');

-- a conversation whose messages are fewer than asked for, or long ago
select pg_temp.new_conversation(:'sorriso', '5511900000001') as young, pg_temp.new_conversation(:'sorriso', '5511900000002') as old \gset
select prosa.record_message(:'young', 'user', 'y' || i, created_at => now() - i * interval '1 hour') from generate_series(1, 3) i \g /dev/null
select prosa.record_message(:'old', 'user', 'o' || i, created_at => now() - interval '300 days' - i * interval '50 days') from generate_series(1, 5) i \g /dev/null
select results_eq(format('select content from prosa.conversation_history(%L)', :'young'), array['y3', 'y2', 'y1'], 'all of a young one');
select is(pg_temp.page(:'young', 5, p_before => 1), array['y3', 'y2'], 'or of what was before');
select results_eq(format('select content from prosa.conversation_history(%L, 4)', :'old'), array['o4', 'o3', 'o2', 'o1'], 'the newest of one that ended long ago');
select results_eq(format('select content from prosa.conversation_history(%L, 6)', :'old'), array['o5', 'o4', 'o3', 'o2', 'o1'], 'and all of it');

-- what became of the messages
select prosa.edit_message(message_id, created_at, 'twin, edited', '2026-01-02Z') from prosa.conversation_history(:'conversation', 40) where message_index = 31 \g /dev/null
select prosa.delete_message(message_id, created_at, '2026-01-03Z') from prosa.conversation_history(:'conversation', 40) where message_index = 32 \g /dev/null
select results_eq(format('select message_index, content, edited_at, deleted_at from prosa.conversation_history(%L, 50) where message_index in (31, 32)', :'conversation'),
                  $$ values (31::bigint, 'twin, edited', '2026-01-02Z'::timestamptz, null::timestamptz), (32, '', null, '2026-01-03Z') $$, 'an edit and a deletion are seen');
select pg_temp.as_app(:'harbor');
select is_empty(format('select * from prosa.conversation_history(%L)', :'conversation'), 'another tenant sees none of it');
select pg_temp.as_app();
select throws_ok(format('select * from prosa.conversation_history(%L)', :'conversation'), '42501', 'no tenant is set', 'a history belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
