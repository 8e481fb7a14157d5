create or replace function prosa._rank_memories(
    p_tenant_id uuid,
    p_space_id uuid,
    p_ids uuid[],
    p_embedding @extschema:vector@.vector,
    p_limit integer)
    returns table (memory_id uuid, similarity double precision)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- the plan depends on how many there are, and in which segment
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_space record;
begin
    select s.segment_id, s.distance into strict v_space from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = p_space_id;
    return query
    select n.item_id, prosa._similarity(v_space.distance, n.distance)
      from (select e.item_id,
                   case v_space.distance when 'cosine' then e.embedding operator(@extschema:vector@.<=>) p_embedding
                                         when 'inner_product' then e.embedding operator(@extschema:vector@.<#>) p_embedding
                                         else e.embedding operator(@extschema:vector@.<->) p_embedding end as distance
              from prosa.embeddings e
             where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.segment_id = v_space.segment_id
               and e.kind = 'memory' and e.item_id = any (p_ids)
             order by 2, e.item_id
             limit p_limit) n
     order by n.distance, n.item_id;
end
$$;
comment on function prosa._rank_memories(uuid, uuid, uuid[], @extschema:vector@.vector, integer) is
'Those of the given memories that are nearest to an embedding in a space, best first, exactly.';
