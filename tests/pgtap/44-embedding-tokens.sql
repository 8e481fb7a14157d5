-- Tokens of embeddings count for the inbox of their message, on the day they were embedded.
begin;
\ir lib/personas.sql
select plan(22);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_inbox(:'sorriso', 'one') as one, pg_temp.new_inbox(:'sorriso', 'two') as two, pg_temp.new_contact(:'sorriso') as ana \gset
select prosa.set_model_price('vectors', 'USD', embedding_price => 0.5, valid_from => '2020-01-01') \g /dev/null
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'one', :'ana') as first, prosa.get_or_create_conversation(:'two', :'ana') as second \gset
-- 10, 20 and 30 characters, a month ago
select (prosa.record_message(:'first', 'user', repeat('a', 10), created_at => now() - interval '40 days')).message_id as a,
       (prosa.record_message(:'second', 'user', repeat('b', 20), created_at => now() - interval '40 days')).message_id as b,
       (prosa.record_message(:'second', 'assistant', repeat('c', 30), created_at => now() - interval '40 days')).message_id as c \gset
select prosa.upsert_memory(null, 'note', repeat('d', 40)) as d \gset
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null

create function pg_temp.item(p_id uuid, p_kind text default 'message', p_more jsonb default '{}') returns jsonb language sql as
$$ select jsonb_build_object('kind', p_kind, 'item_id', p_id, 'embedding', '[1,2,3]') || p_more $$;
create function pg_temp.counted() returns table (name text, embedding_tokens bigint) language sql as
$$ select i.name, c.embedding_tokens from prosa.consumption_model_daily c left join prosa.inboxes i on i.id = c.inbox_id
    where c.day = (now() at time zone 'UTC')::date and c.model = 'vectors' and c.agent_type = 'none' $$;

savepoint queued;
select pg_temp.as_worker();
select is(prosa.store_embeddings(:'sorriso', 'vectors', jsonb_build_array(pg_temp.item(:'a'), pg_temp.item(:'b'), pg_temp.item(:'c'), pg_temp.item(:'d', 'memory')), 1001), 4, 'four texts are embedded with 1001 tokens');
select pg_temp.as_app(:'sorriso');
select set_eq('select * from pg_temp.counted()', $$ values ('one', 501::bigint), ('two', 500) $$, 'shared out by their length, the memory''s to the default inbox; none is lost');
select is((select sum(embedding_tokens) from prosa.usage_daily), 1001::numeric, 'they are nowhere else');
select results_eq($$ select embedding_tokens, total_tokens, message_count, trim_scale(cost), currency from prosa.mv_tenant_consumption_summary where month = date_trunc('month', now())::date $$,
                  $$ values (1001::bigint, 0::bigint, 0::bigint, 0.0005005, 'USD') $$, 'the month shows and prices them, apart from input and output');
select is((select active_inboxes from prosa.mv_tenant_consumption_summary where month = date_trunc('month', now())::date), 0::bigint, 'an embedding makes no inbox active');
select pg_temp.as_worker();
select is(prosa.store_embeddings(:'sorriso', 'vectors', jsonb_build_array(pg_temp.item(:'a')), 10), 0, 'what is embedded once more');
select pg_temp.as_app(:'sorriso');
select is((select sum(embedding_tokens) from pg_temp.counted()), 1011::numeric, 'was paid for once more');
select pg_temp.reset_role();
rollback to queued;

select pg_temp.as_worker();
select prosa.store_embeddings(:'sorriso', 'vectors', jsonb_build_array(pg_temp.item(:'a', 'message', '{"tokens": 7}'), pg_temp.item(:'b', 'message', '{"tokens": 9}'))) \g /dev/null
select pg_temp.as_app(:'sorriso');
select set_eq('select * from pg_temp.counted()', $$ values ('one', 7::bigint), ('two', 9) $$, 'an item may say its own tokens');
select pg_temp.as_worker();
select prosa.store_embeddings(:'sorriso', 'vectors', jsonb_build_array(pg_temp.item(:'c', 'message', '{"tokens": 1}'), pg_temp.item(:'d', 'memory')), 100) \g /dev/null
select pg_temp.as_app(:'sorriso');
select set_eq('select * from pg_temp.counted()', $$ values ('one', 106::bigint), ('two', 10) $$, 'then the others share the rest');
select pg_temp.reset_role();
rollback to queued;

-- what says nothing counts nothing; what is refused neither
select pg_temp.as_worker();
select prosa.store_embeddings(:'sorriso', 'vectors', jsonb_build_array(pg_temp.item(:'a'))) \g /dev/null
select throws_ok(format($$ select prosa.store_embeddings(%L, 'vectors', jsonb_build_array(pg_temp.item(%L, 'message', '{"embedding": "[0,0,0]"}')), 10) $$, :'sorriso', :'b'), '22023', null, 'a vector that is refused');
select lives_ok(format($$ select prosa.store_embeddings(%L, 'vectors', jsonb_build_array(pg_temp.item(%L, 'message', '{"tokens": -5}')), -10) $$, :'sorriso', :'b'), 'tokens below nothing');
select pg_temp.as_app(:'sorriso');
select is_empty('select * from pg_temp.counted()', 'are nothing, as those that nobody reports');
select pg_temp.reset_role();
rollback to queued;

-- an item that retention took meanwhile was paid for
delete from prosa.embedding_queue where item_id = :'b';
select pg_temp.as_worker();
select is(prosa.store_embeddings(:'sorriso', 'vectors', jsonb_build_array(pg_temp.item(:'b')), 5), 0, 'an item that left the queue is not stored');
select pg_temp.as_app(:'sorriso');
select set_eq('select * from pg_temp.counted()', $$ values ('one', 5::bigint) $$, 'and was paid for: the default inbox has its tokens');
select pg_temp.reset_role();
rollback to queued;

-- a tenant without an inbox, and no other tenant
select pg_temp.as_app(:'harbor');
select prosa.upsert_memory(null, 'note', 'no inbox') as e \gset
select pg_temp.as_worker();
select prosa.store_embeddings(:'harbor', 'vectors', jsonb_build_array(pg_temp.item(:'e', 'memory')), 3) \g /dev/null
select pg_temp.as_app(:'harbor');
select results_eq('select inbox_id, embedding_tokens from prosa.usage_daily', $$ values ('00000000-0000-0000-0000-000000000000'::uuid, 3::bigint) $$, 'without an inbox they are nobody''s');
select is((select active_inboxes from prosa.mv_tenant_consumption_summary), 0::bigint, 'who is no inbox');
select pg_temp.as_app(:'sorriso');
select is_empty('select * from pg_temp.counted()', 'another tenant has none of it');

-- a batch of many shares out to the last token, however few there are
select pg_temp.as_app(:'sorriso');
select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', case when i % 3 = 0 then :'first' else :'second' end, 'role', 'user', 'content', repeat('x', 1 + i * 37 % 200), 'external_id', 'N' || i)) from generate_series(1, 300) i)) \g /dev/null
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
savepoint many;
create function pg_temp.store_all(p_tenant_id uuid, p_tokens bigint) returns bigint language sql as
$$ select prosa.store_embeddings(p_tenant_id, 'vectors', (select jsonb_agg(pg_temp.item(q.item_id)) from prosa.embedding_queue q where q.tenant_id = p_tenant_id and q.kind = 'message'), p_tokens);
   select sum(u.embedding_tokens)::bigint from prosa.usage_daily u where u.tenant_id = p_tenant_id $$;
select is(pg_temp.store_all(:'sorriso', 1), 1::bigint, 'one token of 303 texts');
rollback to many;
create function pg_temp.store_all(p_tenant_id uuid, p_tokens bigint) returns bigint language sql as
$$ select prosa.store_embeddings(p_tenant_id, 'vectors', (select jsonb_agg(pg_temp.item(q.item_id)) from prosa.embedding_queue q where q.tenant_id = p_tenant_id and q.kind = 'message'), p_tokens);
   select sum(u.embedding_tokens)::bigint from prosa.usage_daily u where u.tenant_id = p_tenant_id $$;
select is(pg_temp.store_all(:'sorriso', 123457), 123457::bigint, 'or many');
select cmp_ok((select embedding_tokens from pg_temp.counted() where name = 'two'), '>', 70000::bigint, 'each inbox has its part');

-- the queue's own consumption of messages is another row
select is((select sum(messages_in) from prosa.usage_daily where tenant_id = :'sorriso'), 302::numeric, 'messages are counted as ever');
select is((select prosa.recalculate_consumption((now() - interval '41 days')::date, now()::date + 1, :'sorriso')), 0::bigint, 'and nothing of it is wrong');

select pg_temp.reset_role();
select * from finish();
rollback;
