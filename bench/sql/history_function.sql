\set number random(1, 100)
select h.message_id, h.created_at, h.role, h.content
  from bench.conversations c cross join lateral prosa.authenticate(c.api_key)
 cross join lateral prosa.conversation_history(c.id, 10) h
 where c.number = :number;
