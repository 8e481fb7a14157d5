create or replace function prosa._forget_companions()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- the queue before the vectors: a worker that is storing a vector is waited for, and one that comes later finds its item no more
    delete from prosa.embedding_queue q using gone g
     where q.tenant_id = g.tenant_id and q.kind = 'memory' and q.item_id = g.id;
    delete from prosa.embeddings e using gone g, prosa.embedding_spaces s
     where s.tenant_id = g.tenant_id
       and e.tenant_id = g.tenant_id and e.space_id = s.id and e.kind = 'memory' and e.item_id = g.id;
    return null;
end
$$;
comment on function prosa._forget_companions() is 'Removes queue entries and embeddings of memories that were removed.';
