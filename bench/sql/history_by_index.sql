-- by index alone, as a reader who does not think of months: every one is opened
select m.id, m.created_at, m.role, m.content
  from prosa.messages m
 where m.conversation_id = ('00000000-0000-4000-8000-' || :number::text)::uuid
 order by m.message_index desc limit 10;
