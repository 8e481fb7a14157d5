\set number random(1, 100)
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.tenant_id = (select c.tenant_id from bench.conversations c where c.number = :number)
   and m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
