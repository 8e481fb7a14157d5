-- Nothing embedded, nothing queued; bench.enqueue() adds messages of ten tenants in equal shares. The worker has a login that
-- connects as a driver of Java does, by a password.
create or replace function bench.enqueue(p_count integer) returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    truncate prosa.embeddings, prosa.embedding_queue;
    with said as (
        insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, sender_name, content)
        select c.tenant_id, clock_timestamp(), gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 2000000 + i + (random() * 1e9)::integer, 'user', x.sender, x.content || ' ' || i
          from generate_series(1, p_count) i
          join bench.conversations c on c.number = 1 + (i % 10) * 100
          join bench.texts x on x.number = 1 + i / 10 % 8
        returning tenant_id, id, created_at)
    insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at) select s.tenant_id, 'message', s.id, s.created_at from said s
    on conflict do nothing;
    delete from prosa.message_outbox;
    analyze prosa.embedding_queue;
    return (select count(*) from prosa.embedding_queue);
end
$$;
create or replace function bench.queued() returns setof text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select prosa._embedding_input(q.tenant_id, q.kind, q.item_id, q.item_created_at)
      from prosa.embedding_queue q order by q.tenant_id, q.available_at, q.item_id
$$;
do $$
begin
    if not exists (select from pg_roles where rolname = 'prosa_bench_queue') then
        create role prosa_bench_queue login in role prosa_admin, prosa_worker;
    end if;
end
$$;
grant usage on schema bench to prosa_bench_queue;
