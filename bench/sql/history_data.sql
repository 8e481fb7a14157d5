-- Messages of the conversations over 24 months, written past triggers and row security: only reading is measured.
set session_replication_role = replica;
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content, sender_name)
select c.tenant_id, date_trunc('month', now()) - interval '23 months' + (i * interval '690 days' / (:messages / 1000)) + (c.number * interval '1 minute'),
       gen_random_uuid(), c.id, c.inbox_id, c.contact_id, i, case i % 2 when 0 then 'assistant' else 'user' end,
       'Mensagem número ' || i || ' desta conversa, com um texto de tamanho comum', 'Ana'
  from bench.conversations c cross join generate_series(1, :messages / 1000) i;
reset session_replication_role;
update prosa.conversations c set last_message_index = n.count, last_message_at = n.last
  from (select conversation_id, count(*), max(created_at) as last from prosa.messages group by 1) n where n.conversation_id = c.id;
vacuum analyze prosa.messages;
vacuum analyze prosa.conversations;
