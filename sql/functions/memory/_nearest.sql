create or replace function prosa._nearest(
    p_tenant_id uuid,
    p_space_id uuid,
    p_kinds text[],
    p_embedding @extschema:vector@.vector,
    p_limit integer,
    p_contact_id uuid default null,
    p_from timestamptz default null,
    p_to timestamptz default null)
    returns table (kind text, item_id uuid, item_created_at timestamptz, similarity double precision)
    language plpgsql stable parallel unsafe security definer rows 20
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_space record;
begin
    select s.segment_id, s.dimensions, s.distance, s.ef_search into v_space from prosa.embedding_spaces s
     where s.tenant_id = p_tenant_id and s.id = p_space_id;
    if not found then
        return;
    elsif v_space.segment_id = prosa._shared_segment() then
        return query
        select n.kind, n.item_id, n.item_created_at, prosa._similarity(v_space.distance, n.distance)
          from prosa._exact_nearest(p_tenant_id, p_space_id, p_kinds, p_embedding, p_limit,
                   case v_space.distance when 'cosine' then 1 when 'inner_product' then 2 else 3 end, p_contact_id, p_from, p_to) n;
    else
        return query
        select n.kind, n.item_id, n.item_created_at, prosa._similarity(v_space.distance, n.distance)
          from prosa._segment_nearest(p_tenant_id, p_space_id, v_space.segment_id, v_space.dimensions, p_kinds, p_embedding, p_limit,
                   v_space.distance, v_space.ef_search, p_contact_id, p_from, p_to) n;
    end if;
end
$$;
comment on function prosa._nearest(uuid, uuid, text[], @extschema:vector@.vector, integer, uuid, timestamptz, timestamptz) is
'The items of a space nearest to an embedding, best first: as many as p_limit whenever that many pass the filters. Exact in the shared segment, by HNSW in one of its own. p_contact_id: only of this contact. p_from, p_to: only items created then (p_to excluded). similarity: see _similarity().';
