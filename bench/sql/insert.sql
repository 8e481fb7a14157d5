\set number random(1, 1000)
\set external random(1, 1000000000000)
insert into bench.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content,
       sender_name, external_id, language)
select c.tenant_id, now(), gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1, 'user',
       'Bom dia! Gostaria de saber o preço da limpeza e se vocês têm horário na quinta-feira.', 'Ana', 'X' || :external,
       'portuguese'
  from bench.conversations c where c.number = :number;
