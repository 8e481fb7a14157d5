-- No function takes an application past its tenant.
begin;
\ir lib/personas.sql
select plan(59);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.populate(:'sorriso', 'sorriso');
select pg_temp.populate(:'harbor', 'harbor');
select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select c.id as conversation, c.inbox_id as inbox, c.contact_id as contact from prosa.conversations c where c.tenant_id = :'harbor' limit 1 \gset
select m.id as message, m.created_at as sent from prosa.messages m where m.tenant_id = :'harbor' and m.external_id = 'harbor-1' \gset
select f.id as file from prosa.client_files f where f.tenant_id = :'harbor' \gset
select m.id as memory from prosa.memory_chunks m where m.tenant_id = :'harbor' limit 1 \gset
select prosa.create_api_key(:'sorriso', 'own') as key \gset

select pg_temp.as_app(:'sorriso');

-- the inner functions name a tenant, which must be the current one
select throws_ok(format($$ select prosa._create_inbox(%L, 'x', 'api', false, '{}') $$, :'harbor'), '42501', null, '_create_inbox() of another tenant');
select throws_ok(format($$ select prosa._get_or_create_contact(%L, '[]', 'x') $$, :'harbor'), '42501', null, '_get_or_create_contact() of another tenant');
select throws_ok(format($$ select prosa._get_or_create_conversation(%L, %L, %L) $$, :'harbor', :'inbox', :'contact'), '42501', null,
                 '_get_or_create_conversation() of another tenant');
select throws_ok(format($$ select prosa._receive_webhook(%L, 'evolution', null, '{"event": "x"}', '{}') $$, :'harbor'), '42501', null,
                 '_receive_webhook() of another tenant');
select throws_ok(format($$ select prosa._record_message(%L, %L, 'user', 'x', null, now(), 0, 0, null, null, null, null, null, '{}', 0, null) $$, :'harbor', :'conversation'),
                 '42501', null, '_record_message() of another tenant');
select throws_ok(format($$ select prosa._record_messages(%L, '[]') $$, :'harbor'), '42501', null, '_record_messages() of another tenant');
select throws_ok(format($$ select prosa._upsert_memory(%L, null, 'note', 'x', '{}') $$, :'harbor'), '42501', null, '_upsert_memory() of another tenant');
select throws_ok(format($$ select prosa._forget_memory(%L, null, null, 'note', null, null) $$, :'harbor'), '42501', null, '_forget_memory() of another tenant');
select throws_ok(format($$ select prosa._add_client_file(%L, 'x', repeat('ab', 32), null, null, null, null, null, '{}', null) $$, :'harbor'), '42501', null, '_add_client_file() of another tenant');
select throws_ok(format($$ select prosa._add_file_chunks(%L, %L, '[]', true) $$, :'harbor', :'file'), '42501', null, '_add_file_chunks() of another tenant');
select throws_ok(format($$ select prosa._add_file_text(%L, %L, '{}', 1000, 0) $$, :'harbor', :'file'), '42501', null, '_add_file_text() of another tenant');
select throws_ok(format($$ select prosa._delete_client_file(%L, %L) $$, :'harbor', :'file'), '42501', null, '_delete_client_file() of another tenant');
select throws_ok(format($$ select prosa._edit_message(%L, %L, %L, 'x', now()) $$, :'harbor', :'message', :'sent'), '42501', null, '_edit_message() of another tenant');
select throws_ok(format($$ select prosa._delete_message(%L, %L, %L, now()) $$, :'harbor', :'message', :'sent'), '42501', null, '_delete_message() of another tenant');
select throws_ok(format($$ select prosa._set_delivery_status(%L, %L, %L, 'READ', now()) $$, :'harbor', :'message', :'sent'), '42501', null,
                 '_set_delivery_status() of another tenant');
select throws_ok(format($$ select prosa._mark_read(%L, %L, null) $$, :'harbor', :'conversation'), '42501', null, '_mark_read() of another tenant');
select throws_ok(format($$ select prosa._require_tenant(%L) $$, :'harbor'), '42501', null, '_require_tenant() itself');
select throws_ok($$ select prosa._create_inbox(null, 'x', 'api', false, '{}') $$, null, null, 'no tenant at all is refused by an inner function');
select is_empty($$ select * from prosa.inboxes where name = 'x' $$, 'and nothing was written');

-- ids of another tenant are ids of nothing
select throws_ok(format($$ select prosa.record_message(%L, 'user', 'x') $$, :'conversation'), 'P0002', null, 'a foreign conversation cannot be written to');
select throws_ok(format($$ select prosa.record_messages(jsonb_build_array(jsonb_build_object('conversation_id', %L::text, 'role', 'user', 'content', 'x'))) $$, :'conversation'),
                 'P0002', null, 'nor in a batch');
select is_empty(format('select * from prosa.conversation_history(%L)', :'conversation'), 'nor read');
select is_empty(format('select * from prosa.contact_messages(%L)', :'contact'), 'nor a contact''s messages');
select is_empty(format('select * from prosa.message_history(%L, %L)', :'message', :'sent'), 'nor what became of a message');
select is_empty(format($$ select * from prosa.find_message(%L, 'harbor-1') $$, :'inbox'), 'a foreign inbox has no message');
select throws_ok(format($$ select prosa.edit_message(%L, %L, 'x') $$, :'message', :'sent'), 'P0002', null, 'a foreign message cannot be edited');
select throws_ok(format($$ select prosa.delete_message(%L, %L) $$, :'message', :'sent'), 'P0002', null, 'nor deleted');
select throws_ok(format($$ select prosa.set_delivery_status(%L, %L, 'PLAYED') $$, :'message', :'sent'), 'P0002', null, 'nor delivered');
select throws_ok(format($$ select prosa.mark_read(%L) $$, :'conversation'), 'P0002', null, 'a foreign conversation cannot be read');
select throws_ok(format($$ select prosa.get_or_create_conversation(%L, %L) $$, :'inbox', :'contact'), '23503', null, 'a foreign inbox and contact are refused');
select throws_ok(format($$ select prosa.get_or_create_conversation(%L, (select id from prosa.contacts limit 1)) $$, :'inbox'), '23503', null, 'also with a contact of one''s own');
select throws_ok(format($$ select prosa.upsert_memory(%L, 'note', 'x') $$, :'contact'), '23503', null, 'a memory about a foreign contact is refused');
select is(prosa.forget_memory(:'memory'), 0::bigint, 'a foreign memory is not forgotten');
select is(prosa.forget_memory(contact_id => :'contact'), 0::bigint, 'nor one about a foreign contact');
select throws_ok(format($$ select prosa.add_file_text(%L, '{x}') $$, :'file'), 'P0002', null, 'a foreign file takes no text');
select is(prosa.delete_client_file(:'file'), false, 'nor is it deleted');
select is_empty(format($$ select * from prosa.search_memory('[1,0,0]'::vector, 50, p_file_id => %L) $$, :'file'), 'nor searched');
select throws_ok(format($$ select prosa.reply_prompt(%L) $$, :'conversation'), 'P0002', null, 'no prompt of a foreign conversation');
select throws_ok($$ select prosa.receive_webhook('evolution', 'harbor-inbox', '{"event": "x"}') $$, 'P0002', null, 'no webhook of a foreign inbox');

-- searches
select throws_ok(format($$ select * from prosa.semantic_search(%L::uuid, '[1,0,0]') $$, :'harbor'), '42501', null, 'semantic_search() of another tenant is refused');
select results_eq(format($$ select text from prosa.semantic_search(%L::uuid, '[1,0,0]', 20, -1) $$, :'sorriso'), array['sorriso embedded'],
                  'of the own one it finds its own, though the other''s vector is the same');
select is_empty($$ select * from prosa.hybrid_search('harbor', '[1,0,0]', 50) where text not like 'sorriso%' $$, 'hybrid_search() finds nothing of another tenant');
select is_empty(format($$ select * from prosa.hybrid_search('harbor', '[1,0,0]', 50, p_contact_id => %L) $$, :'contact'), 'nor of a foreign contact');
select is_empty(format($$ select * from prosa.hybrid_search('harbor', '[1,0,0]', 50, p_conversation_id => %L, surrounding_turns => 5) $$, :'conversation'), 'or conversation');
select is_empty($$ select * from prosa.search_messages('harbor') $$, 'nor does search_messages() by words');
select is_empty($$ select * from prosa.search_messages(p_metadata => '{"type": "conversation"}') where content not like 'sorriso%' $$, 'or by JSON');
select is_empty(format($$ select * from prosa.search_messages('sorriso or harbor', p_contact_id => %L) $$, :'contact'), 'or of a foreign contact');
select is_empty($$ select * from prosa.last_messages(1000) where content not like 'sorriso%' $$, 'nor are its messages among the last ones');
select is_empty($$ select * from prosa.search_memory('[1,0,0]'::vector, 50) where content not like 'sorriso%' $$, 'nor does search_memory()');

-- not for applications at all
select throws_ok($$ select prosa.create_tenant('x') $$, '42501', null, 'an application makes no tenants');
select throws_ok(format($$ select prosa.create_api_key(%L, 'x') $$, :'sorriso'), '42501', null, 'nor keys');
select throws_ok($$ select * from prosa.list_api_keys() $$, '42501', null, 'nor lists them');
select throws_ok($$ select prosa.set_config_value('chat_provider', '{}') $$, '42501', null, 'nor changes the platform');
select throws_ok($$ select * from prosa.claim_embeddings() $$, '42501', null, 'nor claims the queue, which crosses tenants');
select throws_ok($$ select prosa.cleanup_old_messages() $$, '42501', null, 'nor runs retention');
select throws_ok($$ select prosa._recorded_message(prosa.current_tenant_id(), null, '') $$, '42501', null, 'nor calls what is internal');
select throws_ok($$ select prosa._evolution_message(prosa.current_tenant_id(), null, '{}') $$, '42501', null, 'nor the steps of a webhook');

-- a key of one tenant leads to that tenant, whatever was set before
select pg_temp.as_app(:'harbor');
select is((select tenant_id from prosa.authenticate(:'key')), :'sorriso'::uuid, 'a key leads to its own tenant');
select is(prosa.current_tenant_id(), :'sorriso'::uuid, 'which then is the current one');

select pg_temp.reset_role();
select * from finish();
rollback;
