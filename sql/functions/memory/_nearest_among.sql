create or replace function prosa._nearest_among(
    p_tenant_id uuid,
    p_space_id uuid,
    p_embedding @extschema:vector@.vector,
    p_limit integer,
    p_kinds text[],
    p_contact_id uuid,
    p_conversation_id uuid,
    p_since timestamptz,
    p_until timestamptz,
    p_metadata jsonb)
    returns table (kind text, item_id uuid, item_created_at timestamptz, similarity double precision)
    language plpgsql stable parallel safe security definer rows 100
    set search_path = pg_catalog, prosa, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_space record;
begin
    select s.segment_id, s.distance into v_space from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = p_space_id;
    return query
    select i.kind, i.item_id, i.item_created_at, prosa._similarity(v_space.distance, e.embedding, p_embedding) as similarity
      from prosa._search_items(p_tenant_id, null, p_kinds, p_contact_id, p_conversation_id, p_since, p_until, p_metadata) i
      join prosa.embeddings e on e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.segment_id = v_space.segment_id and e.kind = i.kind and e.item_id = i.item_id
     order by similarity desc, i.item_id
     limit p_limit;
end
$$;
comment on function prosa._nearest_among(uuid, uuid, @extschema:vector@.vector, integer, text[], uuid, uuid, timestamptz, timestamptz, jsonb) is
'The items nearest to an embedding among those that filters leave which vectors know nothing of: exact, the filters first.';
