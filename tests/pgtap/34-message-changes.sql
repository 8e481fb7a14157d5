-- edit_message(), delete_message(), set_delivery_status(), message_history(): what becomes of a message, and what stays.
begin;
\ir lib/personas.sql
select plan(73);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select inbox_id as inbox, contact_id as contact from prosa.conversations where id = :'conversation' \gset
-- as the superuser, who sees the queue
create function pg_temp.embedded(p_id uuid) returns text language plpgsql security definer as $$
begin
    return (select count(*) || ' vectors' from prosa.embeddings e where e.item_id = p_id) || (select ', ' || count(*) || ' queued' from prosa.embedding_queue q where q.item_id = p_id);
end
$$;
select pg_temp.as_app(:'sorriso');

-- everything a message may have
select message_id as id, created_at as at from prosa.record_message(:'conversation', 'user', 'Consulta às quatorze', 'EXT-1', now() - interval '3 hours', 7, 5, 'm', 'SDR', 'Ana', 'https://x.example/a',
    '[{"name": "agenda"}]', '{"type": "conversation"}', 3) \gset
select message_id as plain, created_at as plain_at from prosa.record_message(:'conversation', 'user', 'segunda', created_at => now() - interval '2 hours') \gset
create function pg_temp.row_of(p_id uuid) returns prosa.messages language sql as $$ select m.* from prosa.messages m where m.id = p_id $$;
create function pg_temp.history(p_id uuid, p_at timestamptz) returns text language sql as
$$ select string_agg(concat_ws(' ', h.kind, h.status, h.previous_content), ', ' order by h.ordinality) from prosa.message_history(p_id, p_at) with ordinality h $$;
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.embed_as(:'sorriso', :'id', '[1,0,0]'), pg_temp.embed_as(:'sorriso', :'plain', '[0,1,0]') \g /dev/null
create temporary table before as select to_jsonb(c) as consumption from prosa.consumption_inbox_daily c where c.tenant_id = :'sorriso';
select is(pg_temp.embedded(:'id'), '1 vectors, 0 queued', 'the message is embedded');
select pg_temp.as_app(:'sorriso');

-- ---- editing
select is(prosa.edit_message(:'id', :'at', 'Consulta às quinze', now() - interval '170 minutes'), true, 'a message is edited');
select is((pg_temp.row_of(:'id')).content, 'Consulta às quinze', 'it says something else');
select is((pg_temp.row_of(:'id')).edited_at, now() - interval '170 minutes', 'since then');
select is((pg_temp.row_of(:'id')).deleted_at, null, 'and is there');
select is(pg_temp.history(:'id', :'at'), 'edited Consulta às quatorze', 'what it said is kept');
select is_empty($$ select * from prosa.search_messages('quatorze') $$, 'the old words are found no more');
select results_eq($$ select content from prosa.search_messages('quinze') $$, array['Consulta às quinze'], 'the new ones are');
select isnt_empty($$ select * from prosa.search_messages('ana quinze') $$, 'and the sender''s name still');
select is(pg_temp.embedded(:'id'), '0 vectors, 1 queued', 'the old meaning is gone, the new one waits for its embedding');
select is_empty(format($$ select * from prosa.semantic_search(%L::uuid, '[1,0,0]', 5, 0.9) $$, :'sorriso'), 'so by its old meaning it is not found');
select is(array[(pg_temp.row_of(:'id')).input_tokens, (pg_temp.row_of(:'id')).message_index], array[7, 1]::bigint[], 'tokens and index stay');
select is(prosa.edit_message(:'id', :'at', 'Consulta às quinze'), false, 'the same content is no edit');
select is(prosa.edit_message(:'id', :'at', 'an older edit', now() - interval '175 minutes'), false, 'nor is one that a later one overtook');
select is(pg_temp.history(:'id', :'at'), 'edited Consulta às quatorze', 'neither is an event');
select is(prosa.edit_message(:'id', :'at', '', null), true, 'a content may be empty, and a missing time is now');
select is(prosa.edit_message(:'id', :'at', 'Consulta às dezesseis'), true, 'and filled again');
select is(pg_temp.history(:'id', :'at'), 'edited Consulta às quatorze, edited Consulta às quinze, edited ', 'oldest first');
select results_eq(format('select occurred_at, recorded_at > now() from prosa.message_history(%L, %L) limit 1', :'id', :'at'), $$ values (now() - interval '170 minutes', true) $$, 'with when it happened and when it was noted');
select message_id as noted, created_at as noted_at from prosa.record_message(:'conversation', 'system', 'note', created_at => now() - interval '4 hours') \gset
select is(prosa.edit_message(:'noted', :'noted_at', 'another note'), true, 'a message of the system is edited too');
select is(pg_temp.embedded(:'noted'), '0 vectors, 0 queued', 'and is not embedded, as it never was');

-- a worker that embeds the old text meanwhile
select pg_temp.reset_role();
select prosa.set_config_value('embedding_provider', '{"protocol": "mock"}') \g /dev/null
create temporary table claimed as select * from prosa.claim_embeddings(10) c where c.item_id = :'id';
select is((select count(*)::integer from claimed where content like '%dezesseis'), 1, 'a worker claims the edited text');
select pg_temp.as_app(:'sorriso');
select prosa.edit_message(:'id', :'at', 'Consulta às dezessete') \g /dev/null
select pg_temp.reset_role();
select is((select prosa.store_embeddings(c.tenant_id, 'test', jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'embedding', '[1,0,0]'))) from claimed c group by c.tenant_id), 0,
          'what it made of a text that changed meanwhile is not stored');
select is(pg_temp.embedded(:'id'), '0 vectors, 1 queued', 'the message waits to be embedded again');
select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.as_app(:'sorriso');

select throws_ok(format($$ select prosa.edit_message(%L, %L, null) $$, :'id', :'at'), '22023', 'an edited message needs a content', 'no content is refused');
select throws_ok(format($$ select prosa.edit_message(%L, %L, 'x', 'infinity') $$, :'id', :'at'), '22023', null, 'so is a time that is none');
select throws_ok(format($$ select prosa.edit_message(%L, %L, 'x') $$, :'id', now()), 'P0002', 'the current tenant has no such message', 'a message has an id and a time');
select throws_ok($$ select prosa.edit_message(null, null, 'x') $$, 'P0002', null, 'or is none');

-- ---- delivery status
select is(prosa.set_delivery_status(:'plain', :'plain_at', 'SERVER_ACK', now() - interval '1 hour'), true, 'a status is noted');
select is(prosa.set_delivery_status(:'plain', :'plain_at', 'SERVER_ACK'), false, 'once');
select is(prosa.set_delivery_status(:'plain', :'plain_at', 'READ'), true, 'the next');
select is(prosa.set_delivery_status(:'plain', :'plain_at', 'DELIVERY_ACK'), false, 'never goes back');
select is((pg_temp.row_of(:'plain')).delivery_status, 'READ', 'the furthest stands');
select is(pg_temp.history(:'plain', :'plain_at'), 'status SERVER_ACK, status READ', 'each step is kept');
select results_eq(format('select occurred_at from prosa.message_history(%L, %L)', :'plain', :'plain_at'), array[now() - interval '1 hour', now()], 'with its time');
select throws_ok(format($$ select prosa.set_delivery_status(%L, %L, 'read') $$, :'plain', :'plain_at'), '22023', '"read" is not a delivery status', 'a status that is none is refused');
select throws_ok(format($$ select prosa.set_delivery_status(%L, %L, null) $$, :'plain', :'plain_at'), '22023', null, 'and none');
select throws_ok(format($$ select prosa.set_delivery_status(%L, %L, 'READ') $$, :'plain', :'at'), 'P0002', null, 'a message that is not there has none');

-- ---- deleting
select is(prosa.delete_message(:'id', :'at', now() - interval '1 minute'), true, 'a message is deleted');
select is(to_jsonb(pg_temp.row_of(:'id')) - '{tenant_id,recorded_at,edited_at,delivery_status,language}'::text[],
          jsonb_build_object('id', :'id', 'created_at', :'at'::timestamptz, 'conversation_id', :'conversation', 'inbox_id', :'inbox', 'contact_id', :'contact', 'message_index', 1, 'role', 'user', 'content', '',
              'sender_name', null, 'external_id', 'EXT-1', 'media_url', null, 'agent_type', 'SDR', 'model', 'm', 'input_tokens', 7, 'output_tokens', 5, 'cached_tokens', 3, 'tool_calls', null, 'metadata', '{}'::jsonb,
              'sentiment', null, 'emotion', null, 'satisfaction', null, 'tone', null, 'summary', null, 'search_text', '', 'is_posted', true, 'deleted_at', now() - interval '1 minute'),
          'its place, role and consumption stay, and nothing of what it said');
select is(pg_temp.history(:'id', :'at'), 'edited, edited, edited, edited, deleted', 'nor what it said before');
select is(pg_temp.embedded(:'id'), '0 vectors, 0 queued', 'nor its embedding');
select is(prosa.delete_message(:'id', :'at'), false, 'it is deleted once');
select is((pg_temp.row_of(:'id')).deleted_at, now() - interval '1 minute', 'since then');
select throws_ok(format($$ select prosa.edit_message(%L, %L, 'back') $$, :'id', :'at'), '55000', 'the message was deleted', 'it cannot be edited');
select is(prosa.set_delivery_status(:'id', :'at', 'READ'), true, 'how far it got is still noted');
select results_eq(format($$ select message_id, is_duplicate from prosa.record_message(%L, 'user', 'Consulta às quatorze', 'EXT-1') $$, :'conversation'), format($$ values (%L::uuid, true) $$, :'id'), 'a redelivery does not bring it back');
select is_empty($$ select * from prosa.search_messages('consulta') $$, 'a search does not find it');
select is_empty($$ select * from prosa.search_messages('ana') $$, 'nor by its sender');
select is_empty($$ select * from prosa.search_messages(p_metadata => '{"type": "conversation"}') $$, 'nor by its metadata');
select is_empty($$ select * from prosa.search_messages(p_tool_calls => '[{"name": "agenda"}]') $$, 'or its tool calls');
select is_empty(format($$ select * from prosa.semantic_search(%L::uuid, '[1,0,0]', 5, 0.9) $$, :'sorriso'), 'nor by meaning');
select is_empty(format($$ select * from prosa.hybrid_search('consulta dezessete', '[1,0,0]', 10) where id = %L $$, :'id'), 'nor by both');
select is((select count(*)::integer from prosa.conversation_history(:'conversation') where deleted_at is not null), 1, 'the conversation shows that there was one');
select is_empty(format($$ select * from jsonb_array_elements(prosa.reply_prompt(%L) -> 'messages') m where m ->> 'content' = '' $$, :'conversation'), 'and a prompt does not');
select throws_ok(format($$ select prosa.delete_message(%L, %L, '1970-01-01') $$, :'plain', :'plain_at'), '22023', null, 'a time that is none is refused');
select throws_ok(format($$ select prosa.delete_message(%L, %L) $$, :'plain', :'at'), 'P0002', null, 'what is not there is not deleted');

-- what the settling of a message brings after its deletion
select message_id as fresh, created_at as fresh_at from prosa.record_message(:'conversation', 'assistant', 'fresh', output_tokens => 9) \gset
select prosa.delete_message(:'fresh', :'fresh_at') \g /dev/null
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
select prosa.set_config_value('embedding_provider', '{"protocol": "mock"}') \g /dev/null
select is_empty(format('select * from prosa.claim_embeddings(10) where item_id = %L', :'fresh'), 'a message that was deleted before it was queued is not embedded');
select is(pg_temp.embedded(:'fresh'), '0 vectors, 0 queued', 'and leaves the queue');
select set_eq($$ select to_jsonb(c) from prosa.consumption_inbox_daily c where c.tenant_id = (select tenant_id from prosa.messages where external_id = 'EXT-1') and c.agent_type = 'SDR' $$,
              $$ select b.consumption from before b where b.consumption ->> 'agent_type' = 'SDR' $$, 'consumption is what it was');

-- ---- by the provider's id
select pg_temp.as_app(:'sorriso');
select results_eq(format('select message_id, created_at from prosa.find_message(%L, %L)', :'inbox', 'EXT-1'), format('values (%L::uuid, %L::timestamptz)', :'id', :'at'), 'a message is found by the provider''s id');
select is_empty(format('select * from prosa.find_message(%L, %L)', :'inbox', 'EXT-2'), 'one that is not there is not');
select is_empty(format('select * from prosa.find_message(%L, null)', :'inbox'), 'nor is none');
select is_empty(format('select prosa.delete_message(f.message_id, f.created_at) from prosa.find_message(%L, %L) f', :'inbox', 'EXT-2'), 'and nothing is deleted then');

-- ---- a month without a partition, and retention
select message_id as old, created_at as old_at from prosa.record_message(:'conversation', 'user', 'old', created_at => now() - interval '15 months') \gset
select prosa.edit_message(:'old', :'old_at', 'old, edited') \g /dev/null
select is(pg_temp.history(:'old', :'old_at'), 'edited old', 'a message of the default partition has its history');
select pg_temp.reset_role();
select prosa.run_maintenance() \g /dev/null
select isnt((select tableoid::regclass::text from prosa.message_events where message_id = :'old'), 'prosa.message_events_default', 'which gets a month of its own as the message does');
select pg_temp.as_app(:'sorriso');
select is(pg_temp.history(:'old', :'old_at'), 'edited old', 'and is as it was');
select pg_temp.reset_role();
update prosa.plans set retention_days = 100 where code = 'enterprise';
select prosa.cleanup_old_messages() \g /dev/null
select is((select count(*)::integer from prosa.message_events where message_id = :'old'), 0, 'it goes when the message goes');

-- ---- whose it is
select pg_temp.as_app(:'harbor');
select is_empty('select * from prosa.message_events', 'another tenant sees none of it');
select throws_ok(format($$ select prosa.delete_message(%L, %L) $$, :'plain', :'plain_at'), 'P0002', null, 'and deletes none of it');
select pg_temp.as_app();
select throws_ok(format($$ select prosa.edit_message(%L, %L, 'x') $$, :'plain', :'plain_at'), '42501', 'no tenant is set', 'without a tenant nothing is edited');
select throws_ok(format($$ select prosa.delete_message(%L, %L) $$, :'plain', :'plain_at'), '42501', null, 'or deleted');
select throws_ok(format($$ select prosa.message_history(%L, %L) $$, :'plain', :'plain_at'), '42501', null, 'and nothing has a history');

select pg_temp.reset_role();
select * from finish();
rollback;
