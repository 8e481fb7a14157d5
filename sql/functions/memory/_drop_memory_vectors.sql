create or replace function prosa._drop_memory_vectors(p_tenant_id uuid, p_ids uuid[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    delete from prosa.embeddings e
     where e.tenant_id = p_tenant_id and e.kind = 'memory' and e.item_id = any (p_ids)
       and e.space_id = any (array(select s.id from prosa.embedding_spaces s where s.tenant_id = p_tenant_id));
end
$$;
comment on function prosa._drop_memory_vectors(uuid, uuid[]) is
'Removes embeddings of memories whose content has changed: what they said before must not be found. Call it after _queue_memories(), which waits for a worker that is storing one.';
