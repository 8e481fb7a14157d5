-- Tenant 1 has 25,000 embedded messages, the others have 1,000 each; random directions of 384 dimensions.
create table bench.queries (number integer primary key, embedding vector(384) not null);
grant select on bench.queries to prosa_bench_app;
insert into bench.queries
select n, (select array_agg(random() - 0.5 + 0 * d)::vector(384) from generate_series(1 + 0 * n, 384) d) from generate_series(1, 100) n;

set session_replication_role = replica;
create temporary table document as
select t.number, t.id as tenant_id, gen_random_uuid() as id, now() - i * interval '1 minute' as created_at, i
  from bench.tenants t cross join lateral generate_series(1, case t.number when 1 then 25000 else 1000 end) i;
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select d.tenant_id, d.created_at, d.id, c.id, c.inbox_id, c.contact_id, 1000000 + d.i, 'user', 'Documento ' || d.i
  from document d join bench.conversations c on c.number = d.number * 100;
insert into prosa.embedding_spaces (tenant_id, id, model, dimensions) select id, gen_random_uuid(), 'bench', 384 from bench.tenants;
insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, embedding)
select d.tenant_id, s.id, 'message', d.id, d.created_at,
       (select array_agg(random() - 0.5)::vector(384) from generate_series(1 + 0 * d.i, 384))
  from document d join prosa.embedding_spaces s on s.tenant_id = d.tenant_id;
reset session_replication_role;
create table bench.spaces as select t.number, t.id as tenant_id, t.api_key, s.id as space_id from bench.tenants t join prosa.embedding_spaces s on s.tenant_id = t.id;
grant select on bench.spaces to prosa_bench_app;
vacuum analyze prosa.embeddings;
vacuum analyze prosa.messages;
