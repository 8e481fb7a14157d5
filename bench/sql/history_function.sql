\set number random(100000000001, 100000000100)
select h.message_id, h.created_at, h.role, h.content
  from prosa.conversation_history(('00000000-0000-4000-8000-' || :number::text)::uuid, 10) h;
