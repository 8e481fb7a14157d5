-- the tenant opened by a plain setting, in the same statement
\set number random(:first, :last)
\set text random(1, 8)
\set external random(1, 1000000000000)
insert into bench.counted_messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, role, content,
       sender_name, external_id, input_tokens, search_text)
select set_config('app.tenant_id', c.tenant_id::text, true)::uuid, now(), gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 'user', t.content, t.sender,
       'X' || :external, length(t.content) / 4, to_tsvector('portuguese', t.sender || ' ' || t.content)
  from bench.conversations c, bench.texts t where c.number = :number and t.number = :text;
