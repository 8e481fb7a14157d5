create or replace function prosa._put_windows(
    p_tenant_id uuid,
    p_conversation_id uuid,
    p_first_indexes bigint[],
    p_last_indexes bigint[],
    p_from timestamptz[],
    p_to timestamptz[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_ids uuid[];
begin
    with put as (
        insert into prosa.memory_chunks as w (tenant_id, id, contact_id, kind, natural_key, content, conversation_id, first_index, last_index,
            last_at, search_text, created_at)
        select p_tenant_id, prosa._uuid_v7(n.at_first), c.contact_id, 'msg', format('%s:%s', p_conversation_id, n.first_index), n.content,
               p_conversation_id, n.first_index, n.last_index, n.at_last, '', n.at_first
          from prosa.conversations c
         cross join (select u.*, prosa._window_text(p_tenant_id, p_conversation_id, u.first_index, u.last_index, u.at_first, u.at_last) as content
                       from unnest(p_first_indexes, p_last_indexes, p_from, p_to) u (first_index, last_index, at_first, at_last)
                     offset 0) n
         where c.tenant_id = p_tenant_id and c.id = p_conversation_id and n.content is not null
        on conflict on constraint memory_chunks_natural_key do update
           set content = excluded.content, last_index = excluded.last_index, last_at = excluded.last_at, created_at = excluded.created_at,
               updated_at = now()
         where (w.content, w.last_index) is distinct from (excluded.content, excluded.last_index)
        returning w.id
    )
    select array_agg(p.id) into v_ids from put p;
    if v_ids is null then
        return;
    end if;
    perform prosa._queue_memories(p_tenant_id, v_ids);
    -- the vector that a partial window had stays until the whole one's is stored, unless it is of another time
    delete from prosa.embeddings e
     using prosa.memory_chunks w
     where w.tenant_id = p_tenant_id and w.id = any (v_ids)
       and e.tenant_id = p_tenant_id and e.kind = 'memory' and e.item_id = w.id and e.item_created_at <> w.created_at
       and e.space_id = any (array(select s.id from prosa.embedding_spaces s where s.tenant_id = p_tenant_id));
end
$$;
comment on function prosa._put_windows(uuid, uuid, bigint[], bigint[], timestamptz[], timestamptz[]) is
'Remembers windows of turns (first and last index, time of the earliest and of the latest turn) and queues for embedding those that are not there as they are.';
