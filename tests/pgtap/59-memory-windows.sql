-- Automatic memory: windows of turns, made of what was said.
begin;
\ir lib/personas.sql
select plan(67);

select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as talk, pg_temp.new_conversation(:'sorriso', '+55 11 98888-0000') as other,
       pg_temp.new_conversation(:'harbor') as theirs \gset
select c.contact_id as ana from prosa.conversations c where c.id = :'talk' \gset

create function pg_temp.windows(p_conversation_id uuid) returns setof text language sql as
$$ select format('%s-%s', w.first_index, w.last_index) from prosa.memory_chunks w where w.conversation_id = p_conversation_id order by w.first_index $$;
create function pg_temp.queued(p_conversation_id uuid) returns bigint language sql as
$$ select count(*) from prosa.embedding_queue q join prosa.memory_chunks w on w.tenant_id = q.tenant_id and w.id = q.item_id where w.conversation_id = p_conversation_id $$;
-- turns of a conversation, a minute apart, the user's and the assistant's in turn
create function pg_temp.talk(p_tenant_id uuid, p_conversation_id uuid, p_from integer, p_to integer, p_at timestamptz default now() - interval '1 hour') returns setof void
    language plpgsql as $$
begin
    perform pg_temp.say(p_tenant_id, p_conversation_id, 'turn ' || i, p_at + i * interval '1 minute', case i % 2 when 1 then 'user' else 'assistant' end) from generate_series(p_from, p_to) i;
end
$$;
create function pg_temp.make(p_limit integer default 100) returns integer language sql as $$ select prosa._settle_messages(); select prosa._build_windows(p_limit) $$;
-- nobody has written for an hour
create function pg_temp.quiet(p_conversation_id uuid) returns setof void language sql as
$$ update prosa.messages m set recorded_at = now() - interval '1 hour' where m.conversation_id = p_conversation_id;
   update prosa.memory_progress p set due_at = now() - interval '1 second' where p.conversation_id = p_conversation_id and p.due_at is not null $$;

-- ---- whole windows
select pg_temp.talk(:'sorriso', :'talk', 1, 4);
select is_empty('select from prosa.memory_progress', 'recording a message makes nothing');
select is(pg_temp.make(), 1, 'what is settled is looked at');
select is_empty(format('select pg_temp.windows(%L)', :'talk'), 'four turns are no window yet');
select is((select due_at > now() + interval '9 minutes' from prosa.memory_progress where conversation_id = :'talk'), true, 'and are looked at when nobody has written for a while');
select is(pg_temp.make(), 0, 'not before');
select pg_temp.talk(:'sorriso', :'talk', 5, 9);
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8'], 'five turns are one, and two of them are in the next one too');
select results_eq(format($$ select kind, contact_id, natural_key, importance, metadata, created_at, last_at, search_text, content from prosa.memory_chunks where conversation_id = %L and first_index = 1 $$, :'talk'),
                  format($$ values ('msg', %L::uuid, %L, 0.5::real, '{}'::jsonb, now() - interval '59 minutes', now() - interval '55 minutes', ''::tsvector, %L) $$, :'ana', :'talk' || ':1',
                         to_char(now() - interval '59 minutes', '(FMDD FMMonth YYYY)') || E'\nAna: turn 1\nassistant: turn 2\nAna: turn 3\nassistant: turn 4\nAna: turn 5'),
                  'with date and speakers, about the contact, when it was said') where (now() - interval '1 hour')::date = now()::date;
select pass('with date and speakers (not looked at around midnight)') where (now() - interval '1 hour')::date <> now()::date;
select is(pg_temp.queued(:'talk'), 2::bigint, 'they wait to be embedded');
select id as first from prosa.memory_chunks where conversation_id = :'talk' and first_index = 1 \gset
select is(prosa._embedding_input(:'sorriso', 'memory', :'first', now()), (select content from prosa.memory_chunks where id = :'first'), 'by their text');

-- ---- again
delete from prosa.embedding_queue;
update prosa.memory_progress set next_index = first_index, since = '-infinity', due_at = now();
select is(pg_temp.make(), 1, 'made once more');
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8'], 'they are the same');
select is(pg_temp.queued(:'talk'), 0::bigint, 'and not embedded again');
select is(pg_temp.embed_as(:'sorriso', :'first', '[1,0,0]'), 0, '(nothing is queued)');

-- ---- when nobody has written for a while
select pg_temp.quiet(:'talk');
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8', '7-9'], 'what is left becomes one too');
select is((select due_at from prosa.memory_progress where conversation_id = :'talk'), null, 'and nothing more is due');
select id as partial from prosa.memory_chunks where conversation_id = :'talk' and first_index = 7 \gset
select pg_temp.embed_as(:'sorriso', :'partial', '[0,1,0]') \g /dev/null
select pg_temp.talk(:'sorriso', :'talk', 10, 10);
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8', '7-9'], 'when the conversation goes on it stands');
select pg_temp.talk(:'sorriso', :'talk', 11, 11);
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8', '7-11'], 'until the whole one replaces it');
select is((select id from prosa.memory_chunks where conversation_id = :'talk' and first_index = 7), :'partial'::uuid, 'as the same memory');
select is((select count(*)::integer from prosa.embedding_queue where item_id = :'partial'), 1, 'which is embedded anew');
select is((select count(*)::integer from prosa.embeddings where item_id = :'partial'), 1, 'and found by what it was until then');
select pg_temp.quiet(:'talk');
select pg_temp.make() \g /dev/null
select is((select count(*)::integer from prosa.memory_chunks where conversation_id = :'talk'), 3, 'of turns that are in a window already none is made');
select pg_temp.say(:'sorriso', :'other', 'alone') \g /dev/null
select prosa._settle_messages() \g /dev/null
select pg_temp.quiet(:'other');
select pg_temp.make() \g /dev/null
select is_empty(format('select pg_temp.windows(%L)', :'other'), 'nor of a turn alone, which is found without one');

-- ---- what is no turn
select pg_temp.say(:'sorriso', :'other', c, now() - interval '30 minutes' + i * interval '1 second', r)
  from (values (1, 'system', 'internal'), (2, 'user', '👍'), (3, 'tool', 'output'), (4, 'user', ''), (5, 'operator', 'second'), (6, 'user', 'third'), (7, 'assistant', 'fourth'), (8, 'user', repeat('x', 5000))) x (i, r, c) \g /dev/null
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'other'), array['1-9'], 'what programs said and what has no word counts not');
select is((select content !~ 'internal|output|👍' and content ~ 'operator: second' from prosa.memory_chunks where conversation_id = :'other'), true, 'and stands in none');
select is((select length(content) between 2000 and 2200 from prosa.memory_chunks where conversation_id = :'other'), true, 'of a long turn the beginning is enough');

-- ---- edits and deletions
select pg_temp.embed_as(:'sorriso', w.id, '[1,0,0]') from prosa.memory_chunks w where w.conversation_id = :'talk' \g /dev/null
create temporary table said as select m.id, m.created_at, m.message_index from prosa.messages m where m.conversation_id = :'talk';
grant select on said to prosa_app;
select pg_temp.as_app(:'sorriso');
select prosa.edit_message(s.id, s.created_at, 'turn four') from said s where s.message_index = 4 \g /dev/null
select pg_temp.reset_role();
select results_eq(format($$ select first_index::integer, content ~ 'turn four' and content !~ 'turn 4' from prosa.memory_chunks where conversation_id = %L order by 1 $$, :'talk'),
                  'values (1, true), (4, true), (7, false)', 'an edit changes every window that holds the message');
select results_eq(format($$ select w.first_index::integer, exists (select from prosa.embeddings e where e.item_id = w.id), exists (select from prosa.embedding_queue q where q.item_id = w.id)
                              from prosa.memory_chunks w where w.conversation_id = %L order by 1 $$, :'talk'),
                  'values (1, false, true), (4, false, true), (7, true, false)', 'which are embedded anew, and not found by what was said before');
select pg_temp.as_app(:'sorriso');
select prosa.delete_message(s.id, s.created_at) from said s where s.message_index in (5, 9) \g /dev/null
select pg_temp.reset_role();
select is_empty(format($$ select from prosa.memory_chunks where conversation_id = %L and content ~ 'turn [59]' $$, :'talk'), 'a deletion takes the message from its windows');
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8', '7-11'], 'which stand');
select pg_temp.as_app(:'sorriso');
select prosa.delete_message(s.id, s.created_at) from said s where s.message_index in (7, 8, 10, 11) \g /dev/null
select pg_temp.reset_role();
select results_eq(format('select pg_temp.windows(%L)', :'talk'), array['1-5', '4-8'], 'until nothing is left of one');
select is_empty(format($$ select from prosa.embeddings where item_id = %L union all select from prosa.embedding_queue where item_id = %L $$, :'partial', :'partial'), 'then its embedding goes as well');

-- a partial window whose first turn is deleted is replaced by the whole one
select pg_temp.new_conversation(:'sorriso', '+55 11 97777-0000') as shifting \gset
select pg_temp.talk(:'sorriso', :'shifting', 1, 3);
select prosa._settle_messages() \g /dev/null
select pg_temp.quiet(:'shifting');
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'shifting'), array['1-3'], 'three turns of a quiet conversation are one');
select pg_temp.with_tenant(:'sorriso', format('select prosa.delete_message(%L, %L)', m.id, m.created_at)) from prosa.messages m where m.conversation_id = :'shifting' and m.message_index = 1 \g /dev/null
select pg_temp.talk(:'sorriso', :'shifting', 4, 7);
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'shifting'), array['2-6'], 'and are in no two whose first was deleted');

-- messages are looked for where they must be, also when one of them was sent long before and is not settled yet
select pg_temp.say(:'sorriso', :'shifting', 'sent long before', now() - interval '20 days') \g /dev/null
select pg_temp.talk(:'sorriso', :'shifting', 9, 10);
update prosa.memory_progress set due_at = now() where conversation_id = :'shifting';
select prosa._build_windows() \g /dev/null
select is((select content ~ 'sent long before' from prosa.memory_chunks where conversation_id = :'shifting' and first_index = 5), true, 'none is left out that was sent long before and is not settled yet');

-- ---- a tenant's setting
select prosa.set_tenant_setting(:'harbor', 'memory_window_turns', '0') \g /dev/null
select pg_temp.talk(:'harbor', :'theirs', 1, 7);
select pg_temp.make() \g /dev/null
select is_empty(format('select from prosa.memory_progress where tenant_id = %L', :'harbor'), 'a tenant that wants no windows costs nothing');
select prosa.set_tenant_setting(:'harbor', 'memory_window_turns', '3') \g /dev/null
select pg_temp.talk(:'harbor', :'theirs', 8, 12);
select pg_temp.make() \g /dev/null
select results_eq(format('select pg_temp.windows(%L)', :'theirs'), array['8-10', '10-12'], 'or shorter ones, from then on');
select throws_ok(format('select prosa.set_tenant_setting(%L, ''memory_window_turns'', %L)', :'harbor', v), '22023', null, v || ' is no number of turns') from unnest(array['"many"', '1', '13', '2.5']) v;
update prosa.memory_progress set due_at = now() where tenant_id = :'harbor';
select prosa.set_tenant_setting(:'harbor', 'memory_window_turns', '0') \g /dev/null
select is(pg_temp.make(), 1, 'switched off with something due');
select is((select due_at from prosa.memory_progress where tenant_id = :'harbor'), null, 'nothing is due any more');
delete from prosa.tenant_settings where tenant_id = :'harbor' and key = 'memory_window_turns';

-- ---- long ones and old ones
select pg_temp.new_conversation(:'harbor', '+1 555 0100') as long \gset
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select c.tenant_id, now() - interval '100 days' + i * interval '1 hour', gen_random_uuid(), c.id, c.inbox_id, c.contact_id, i, 'user', 'imported ' || i
  from prosa.conversations c, generate_series(1, 1500) i where c.id = :'long';
select pg_temp.make(), prosa._build_windows(), prosa._build_windows() \g /dev/null
select is((select count(*) from pg_temp.windows(:'long')), 499::bigint, 'a long conversation is done in several steps, to its end');
select is((select array_agg(distinct last_index - first_index) from prosa.memory_chunks where conversation_id = :'long'), array[4::bigint], 'each as large as it should be');
select is_empty(format($$ select from generate_series(1, 1499) i where not exists (select from prosa.memory_chunks w where w.conversation_id = %L and i between w.first_index and w.last_index) $$, :'long'), 'every turn is in one, but for the last, which may go on');
-- one that comes late
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select c.tenant_id, now() - interval '150 days' + i * interval '1 hour', gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1500 + i, 'user', 'late ' || i
  from prosa.conversations c, generate_series(1, 5) i where c.id = :'long';
select pg_temp.make() \g /dev/null
select is((select content ~ 'late 3' and content ~ 'late 5' and created_at < now() - interval '149 days' from prosa.memory_chunks where conversation_id = :'long' and first_index = 1501), true,
       'messages that come late are remembered with the time they were sent');

-- ---- one that cannot be made keeps no other waiting
select pg_temp.reset_role();
create function pg_temp.fail() returns trigger language plpgsql as $$ begin raise exception 'no window of this one'; end $$;
create trigger fail before insert on prosa.memory_chunks for each row when (new.content like '%poison%') execute function pg_temp.fail();
select pg_temp.new_conversation(:'sorriso', '+55 11 96666-0000') as poisoned, pg_temp.new_conversation(:'sorriso', '+55 11 95555-0000') as healthy \gset
select pg_temp.say(:'sorriso', :'poisoned', 'poison') \g /dev/null
select pg_temp.talk(:'sorriso', :'poisoned', 2, 6);
select pg_temp.talk(:'sorriso', :'healthy', 1, 5);
select is(pg_temp.make(), 2, 'of two conversations of which one cannot be remembered');
select set_eq(format($$ select pg_temp.windows(%L) union all select pg_temp.windows(%L) $$, :'poisoned', :'healthy'), array['1-5'], 'the other is');
select is((select due_at between now() + interval '9 minutes' and now() + interval '12 minutes' from prosa.memory_progress where conversation_id = :'poisoned'), true, 'and the one is tried again later');
select is((select last_error from prosa.memory_progress where conversation_id = :'poisoned'), 'no window of this one (P0001)', 'with the reason');
select is((select ok from prosa.doctor() where check_name = 'memory windows'), false, 'which doctor() counts');
drop trigger fail on prosa.memory_chunks;
update prosa.memory_progress set due_at = now() where conversation_id = :'poisoned';
select pg_temp.make() \g /dev/null
select is((select last_error from prosa.memory_progress where conversation_id = :'poisoned'), null, 'until it is made');

-- ---- who makes them
select pg_temp.as_worker();
select lives_ok('select prosa._build_windows(1)', 'a worker makes them');
select throws_ok('select prosa._build_windows(0)', '22023', 'a batch has 1 to 10,000 conversations', 'a batch of none');
select throws_ok('call prosa.process_memory_windows()', '2D000', null, 'the procedure commits');
select pg_temp.as_app(:'sorriso');
select throws_ok('select prosa._build_windows()', '42501', null, 'an application does not');
select set_eq('select distinct tenant_id from prosa.memory_chunks', array[:'sorriso'::uuid], 'and sees its own');

-- ---- searches and prompts
select pg_temp.reset_role();
select pg_temp.embed_as(:'sorriso', w.id, '[0,0,1]') from prosa.memory_chunks w where w.conversation_id = :'shifting' and w.first_index = 2 \g /dev/null
select pg_temp.as_app(:'sorriso');
select results_eq($$ select kind, conversation_id, first_index, last_index from prosa.search_memory('[0,0,1]'::vector, 1) $$,
                  format($$ values ('msg', %L::uuid, 2::bigint, 6::bigint) $$, :'shifting'), 'a search finds a window, and where its turns are');
select is_empty($$ select from prosa.search_memory('[0,0,1]'::vector, 10, '{note}') $$, 'unless it wants other kinds');
select prosa.record_message(:'talk', 'user', 'what was said?') \g /dev/null
select is_empty(format($$ select from jsonb_array_elements(prosa.reply_prompt(%L, '[0,0,1]') -> 'rag_context') c where c ->> 'kind' = 'memory' $$, :'talk'), 'an answer is made of messages, not of windows');

-- ---- consumption
select pg_temp.reset_role();
select pg_temp.with_tenant(:'sorriso', format($$ select prosa.create_inbox('another', is_default => true) $$)) as another \gset
select c.inbox_id as inbox from prosa.conversations c where c.id = :'shifting' \gset
select prosa.store_embeddings(:'sorriso', 'test', jsonb_build_array(jsonb_build_object('kind', 'memory', 'item_id', q.item_id, 'embedding', '[1,0,0]')), 77)
  from prosa.embedding_queue q join prosa.memory_chunks w on w.tenant_id = q.tenant_id and w.id = q.item_id where w.conversation_id = :'shifting' limit 1 \g /dev/null
select results_eq(format($$ select inbox_id, embedding_tokens from prosa.usage_daily where tenant_id = %L and embedding_tokens > 0 $$, :'sorriso'), format($$ values (%L::uuid, 77::bigint) $$, :'inbox'),
                  'the embedding of a window is the consumption of its conversation''s inbox');

-- ---- retention
select pg_temp.reset_role();
select is(prosa._remove_expired_memory(1000), 0::bigint, 'windows of what is kept are kept');
select prosa.set_tenant_setting(:'harbor', 'retention_days', '90') \g /dev/null
select prosa.place_legal_hold(:'harbor', 'case 1', conversation_id => :'long') as hold \gset
select is(prosa._remove_expired_memory(1000), 0::bigint, 'so are those of a conversation under legal hold');
select prosa.release_legal_hold(:'hold') \g /dev/null
select pg_temp.embed_as(:'harbor', w.id, '[1,0]') from prosa.memory_chunks w where w.conversation_id = :'long' and w.first_index = 1 \g /dev/null
select is(prosa._remove_expired_memory(10), 10::bigint, 'what is expired goes a batch at a time');
select prosa.cleanup_old_messages() \g /dev/null
select is_empty(format($$ select from prosa.memory_chunks w where w.conversation_id = %L and w.created_at < now() - interval '90 days' $$, :'long'), 'and retention takes it with the messages');
select is_empty(format($$ select from prosa.embeddings e where e.tenant_id = %L and not exists (select from prosa.memory_chunks w where w.id = e.item_id)
                          union all select from prosa.embedding_queue q where q.tenant_id = %L and q.kind = 'memory' and not exists (select from prosa.memory_chunks w where w.id = q.item_id) $$, :'harbor', :'harbor'),
                'with embeddings and queue entries');
select is((select min(w.first_index) from prosa.memory_chunks w where w.conversation_id = :'long') between 240 and 245, true, 'not before');

select pg_temp.reset_role();
select * from finish();
rollback;
