-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.reindex_embeddings(tenant_id uuid, space_id uuid default null, inout report jsonb default null)
    language plpgsql
    security invoker
as $$
begin
    perform prosa._begin_reindex(reindex_embeddings.tenant_id, reindex_embeddings.space_id);
    commit;
    call prosa.place_embeddings(report);
end
$$;
comment on procedure prosa.reindex_embeddings(uuid, uuid, jsonb) is
'Builds the HNSW index of a large space anew, in a new partition without the dead rows of the old one, while the space is searched and written. Then the new partition takes the place of the old one as in place_embeddings(), and the old one is dropped by the first maintain() a minute later. Needs the space''s size on disk a second time. Call it outside a transaction block.
space_id: the tenant''s active space by default.
Errors: P0002 no such space with an index; 55P03 it is being moved; 2D000 inside a transaction block.
Example: call prosa.reindex_embeddings(:tenant_id);';
