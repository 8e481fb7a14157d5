create or replace function prosa._queue_memories(p_tenant_id uuid, p_ids uuid[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- in the order of their keys, as whoever takes several of them
    insert into prosa.embedding_queue as q (tenant_id, kind, item_id, item_created_at, enqueued_at)
    select p_tenant_id, 'memory', m.id, m.created_at, clock_timestamp()
      from prosa.memory_chunks m
     where m.tenant_id = p_tenant_id and m.id = any (p_ids)
     order by m.id
    on conflict on constraint embedding_queue_pkey do update
       set item_created_at = excluded.item_created_at, attempts = 0, enqueued_at = excluded.enqueued_at, available_at = now(),
           failed_at = null, last_error = null;
end
$$;
comment on function prosa._queue_memories(uuid, uuid[]) is 'Queues memories to be embedded, anew where their content has changed.';
