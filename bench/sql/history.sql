-- as an application asks: it need not name its tenant
\set number random(100000000001, 100000000100)
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = ('00000000-0000-4000-8000-' || :number::text)::uuid
 order by m.created_at desc, m.message_index desc limit 10;
