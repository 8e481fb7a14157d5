-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.place_embeddings(inout report jsonb default null)
    language plpgsql
    security invoker
as $$
declare
    v_state jsonb;
begin
    loop
        v_state := prosa._place_embeddings(v_state);
        commit;
        exit when (v_state -> 'done')::boolean;
    end loop;
    report := v_state -> 'report';
end
$$;
comment on procedure prosa.place_embeddings(jsonb) is
'Gives each embedding space that has grown large a partition of its own with an HNSW index, and takes small ones back; maintain() calls the same. Large is what takes as long to search as the setting embedding_promotion_rows of the tenant, else of the platform, says in vectors of 384 dimensions; small is less than half of that. The copy and its index are made beside the space, which is searched and written as before; then writers of vectors wait for a few microseconds a row and no reader at all. Each step commits; killed in between, the next call goes on. What writers do not let in within half a second, three times, is left for the next call. Call it outside a transaction block.
report: {promoted, demoted, reindexed, postponed: [{work, tenant_id, space_id, sqlstate, reason}], where there was something}.
Errors: 2D000 inside a transaction block.
Example: call prosa.place_embeddings();';
