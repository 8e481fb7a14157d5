insert into bench.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content,
       sender_name, external_id, input_tokens, language, search_text)
select c.tenant_id, now(), gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1, r.role, r.content, r.sender_name, r.external_id,
       r.input_tokens, 'portuguese', prosa._search_text('portuguese', r.sender_name, r.content)
  from (select nextval('bench.next_baseline') as number offset 0) n join bench.batches b using (number)
 cross join lateral jsonb_to_recordset(b.messages) as
       r (conversation_id uuid, role text, content text, external_id text, sender_name text, input_tokens integer)
  join bench.conversations_copy c on c.tenant_id = (select t.id from bench.tenants t where t.number = 1) and c.id = r.conversation_id;
