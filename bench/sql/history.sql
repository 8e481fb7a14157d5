-- Ten times, as an application asks more than once in a transaction. It need not name its tenant.
\set number random(1, 100)
begin;
select * from prosa.authenticate((select t.api_key from bench.tenants t where t.number = 1));
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = (select c.id from bench.conversations c where c.number = :number)
 order by m.created_at desc, m.message_index desc limit 10;
commit;
