-- A month that no plan reaches any more, :age months ago, with its external ids in the ledger.
set timezone = 'UTC';
select bench.month(date_trunc('month', now()) - interval :'age') \g /dev/null
set session_replication_role = replica;
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content, external_id)
select c.tenant_id, date_trunc('month', now()) - interval :'age' + i * interval '27 days' / :messages,
       gen_random_uuid(), c.id, c.inbox_id, c.contact_id, i, 'user', t.content, gen_random_uuid()::text
  from generate_series(1, :messages) i
  join bench.conversations c on c.number = 1 + i % 1000
  join bench.texts t on t.number = 1 + i % 8;
insert into prosa.message_ledger (tenant_id, inbox_id, external_id, message_id, created_at)
select m.tenant_id, m.inbox_id, m.external_id, m.id, m.created_at from prosa.messages m;
reset session_replication_role;
analyze prosa.messages;
analyze prosa.message_ledger;
