-- by an application that knows how far back the messages are: other months are not opened
\set number random(100000000001, 100000000100)
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = ('00000000-0000-4000-8000-' || :number::text)::uuid
   and m.created_at between now() - interval '40 days' and now() + interval '1 day'
 order by m.created_at desc, m.message_index desc limit 10;
