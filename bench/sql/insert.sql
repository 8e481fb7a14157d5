-- one message, with the full text that record_message() gives it
\set number random(:first, :last)
\set text random(1, 8)
\set external random(1, 1000000000000)
insert into bench.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content,
       sender_name, external_id, input_tokens, language, search_text)
select c.tenant_id, now(), gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1, 'user', t.content, t.sender, 'X' || :external,
       length(t.content) / 4, 'portuguese', prosa._search_text('portuguese', t.sender, t.content)
  from bench.conversations c, bench.texts t where c.number = :number and t.number = :text;
