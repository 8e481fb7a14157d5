create or replace function prosa._rank_memories(
    p_tenant_id uuid,
    p_space_id uuid,
    p_ids uuid[],
    p_embedding @extschema:vector@.vector,
    p_limit integer)
    returns table (memory_id uuid, similarity double precision)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- the plan depends on how many there are
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    select e.item_id, prosa._similarity(s.distance, e.embedding, p_embedding) as similarity
      from prosa.embedding_spaces s
      join prosa.embeddings e on e.tenant_id = s.tenant_id and e.space_id = s.id and e.segment_id = s.segment_id
     where s.tenant_id = p_tenant_id and s.id = p_space_id and e.kind = 'memory' and e.item_id = any (p_ids)
     order by similarity desc, e.item_id
     limit p_limit;
end
$$;
comment on function prosa._rank_memories(uuid, uuid, uuid[], @extschema:vector@.vector, integer) is
'Those of the given memories that are nearest to an embedding in a space, best first, exactly.';
