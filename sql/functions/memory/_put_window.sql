create or replace function prosa._put_window(
    p_tenant_id uuid,
    p_conversation_id uuid,
    p_first_index bigint,
    p_last_index bigint,
    p_times timestamptz[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_from constant timestamptz := (select min(t) from unnest(p_times) t);
    v_to constant timestamptz := (select max(t) from unnest(p_times) t);
    v_id uuid;
begin
    insert into prosa.memory_chunks as w (tenant_id, id, contact_id, kind, natural_key, content, conversation_id, first_index, last_index,
        last_at, search_text, created_at)
    select p_tenant_id, prosa._uuid_v7(v_from), c.contact_id, 'msg', format('%s:%s', p_conversation_id, p_first_index), t.content, p_conversation_id,
           p_first_index, p_last_index, v_to, '', v_from
      from prosa.conversations c
     cross join prosa._window_text(p_tenant_id, p_conversation_id, p_first_index, p_last_index, v_from, v_to) t (content)
     where c.tenant_id = p_tenant_id and c.id = p_conversation_id and t.content is not null
    on conflict on constraint memory_chunks_natural_key do update
       set content = excluded.content, last_index = excluded.last_index, last_at = excluded.last_at, created_at = excluded.created_at,
           updated_at = now()
     where (w.content, w.last_index) is distinct from (excluded.content, excluded.last_index)
    returning w.id into v_id;
    if found then
        -- the vector that a partial window had stays until the whole one's is stored, unless it is of another time
        perform prosa._queue_memories(p_tenant_id, array[v_id]);
        delete from prosa.embeddings e
         where e.tenant_id = p_tenant_id and e.kind = 'memory' and e.item_id = v_id and e.item_created_at <> v_from
           and e.space_id = any (array(select s.id from prosa.embedding_spaces s where s.tenant_id = p_tenant_id));
    end if;
end
$$;
comment on function prosa._put_window(uuid, uuid, bigint, bigint, timestamptz[]) is
'Remembers a window of turns, whose times are given, and queues it for embedding; nothing when it is there as it is.';
