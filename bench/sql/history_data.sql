-- Messages of 1,000 conversations, spread evenly over 24 months, in the order of their arrival; written past triggers and row
-- security, since only reading is measured. The same rows in one flat table.
set timezone = 'UTC';
set session_replication_role = replica;
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select c.tenant_id, c.created_at, gen_random_uuid(), c.id, c.inbox_id, c.contact_id, i, case i % 2 when 0 then 'assistant' else 'user' end,
       'Mensagem ' || i || ' desta conversa, com um texto de tamanho comum'
  from generate_series(1, :messages / 1000) i
 cross join lateral (
       select c.*, s.first + (now() - interval '1 hour' - s.first) * ((i - 1 + c.number / 1000.0) / (:messages / 1000)) as created_at
         from bench.conversations c, (select date_trunc('month', now()) - interval '23 months' as first) s
        where c.number <= 1000 and i > 0 offset 0) c;
reset session_replication_role;
update prosa.conversations c set last_message_index = n.count, messages_since = n.first, last_message_at = n.last
  from (select conversation_id, count(*), min(created_at) as first, max(created_at) as last from prosa.messages group by 1) n where n.conversation_id = c.id;
drop table if exists bench.flat;
create table bench.flat as select * from prosa.messages;
create index flat_conversation_idx on bench.flat (conversation_id, created_at desc, message_index desc);
vacuum analyze prosa.messages;
vacuum analyze prosa.conversations;
vacuum analyze bench.flat;
checkpoint;
