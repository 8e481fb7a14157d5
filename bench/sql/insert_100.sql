-- a hundred messages of as many conversations
\set start random(1, 901)
\set external random(1, 1000000000000)
insert into bench.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content,
       sender_name, external_id, input_tokens, language, search_text)
select c.tenant_id, now(), gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1, 'user', t.content, t.sender, 'X' || :external || '-' || i,
       length(t.content) / 4, 'portuguese', prosa._search_text('portuguese', t.sender, t.content)
  from generate_series(1, 100) i
  join bench.conversations c on c.number = :start + i - 1
  join bench.texts t on t.number = 1 + (i + :external::bigint) % 8;
