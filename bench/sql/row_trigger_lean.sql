-- the tenant opened by a plain setting, in the same statement
\set number random(:first, :last)
\set text random(1, 8)
insert into bench.lean_messages (tenant_id, created_at, id, conversation_id, inbox_id, role, content, input_tokens)
select set_config('app.tenant_id', c.tenant_id::text, true)::uuid, now(), gen_random_uuid(), c.id, c.inbox_id, 'user', t.content, length(t.content) / 4
  from bench.conversations c, bench.texts t where c.number = :number and t.number = :text;
