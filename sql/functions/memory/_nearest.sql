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
    -- The plans are the same for every tenant: the rows of the space by an index, then a sort. Made once a session, and not at the
    -- mercy of what is known of the average tenant.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    set max_parallel_workers_per_gather = 0
    set jit = off
as $$
#variable_conflict use_column
declare
    v_space record;
    v_kind constant text := p_kinds[1];
    v_by integer;
begin
    select s.segment_id, s.dimensions, s.distance, s.ef_search into v_space from prosa.embedding_spaces s
     where s.tenant_id = p_tenant_id and s.id = p_space_id;
    if not found then
        return;
    end if;
    v_by := case v_space.distance when 'cosine' then 1 when 'inner_product' then 2 else 3 end;
    if v_space.segment_id <> prosa._shared_segment() then
        return query
        select n.kind, n.item_id, n.item_created_at, prosa._similarity(v_space.distance, n.distance)
          from prosa._segment_nearest(p_tenant_id, p_space_id, v_space.segment_id, v_space.dimensions, p_kinds, p_embedding, p_limit,
                   v_space.distance, v_space.ef_search, p_contact_id, p_from, p_to) n;
    elsif v_by = 1 and cardinality(p_kinds) = 1 and p_contact_id is null and p_from is null and p_to is null then
        -- the commonest: no choice is made for each row, nothing is sorted that is known, and a variable in a query of its own is
        -- asked for once
        return query
        select v_kind, n.item_id, n.item_created_at, 1 - n.distance
          from (select e.item_id, e.item_created_at, e.embedding operator(@extschema:vector@.<=>) (select p_embedding) as distance
                  from prosa.embeddings_shared e
                 where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = (select v_kind)
                 order by distance, e.item_id
                 limit p_limit) n;
    elsif p_contact_id is not null then
        return query
        select n.kind, n.item_id, n.item_created_at, prosa._similarity(v_space.distance, n.distance)
          from (select e.kind, e.item_id, e.item_created_at,
                       case v_by when 1 then e.embedding operator(@extschema:vector@.<=>) p_embedding
                                 when 2 then e.embedding operator(@extschema:vector@.<#>) p_embedding
                                 else e.embedding operator(@extschema:vector@.<->) p_embedding end as distance
                  from prosa.embeddings_shared e
                 where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.contact_id = p_contact_id and e.kind = any (p_kinds)
                   and e.item_created_at >= coalesce(p_from, '-infinity') and e.item_created_at < coalesce(p_to, 'infinity')
                 order by distance, e.item_id
                 limit p_limit) n;
    else
        return query
        select n.kind, n.item_id, n.item_created_at, prosa._similarity(v_space.distance, n.distance)
          from (select e.kind, e.item_id, e.item_created_at,
                       case v_by when 1 then e.embedding operator(@extschema:vector@.<=>) p_embedding
                                 when 2 then e.embedding operator(@extschema:vector@.<#>) p_embedding
                                 else e.embedding operator(@extschema:vector@.<->) p_embedding end as distance
                  from prosa.embeddings_shared e
                 where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = any (p_kinds)
                   and e.item_created_at >= coalesce(p_from, '-infinity') and e.item_created_at < coalesce(p_to, 'infinity')
                 order by distance, e.item_id
                 limit p_limit) n;
    end if;
end
$$;
comment on function prosa._nearest(uuid, uuid, text[], @extschema:vector@.vector, integer, uuid, timestamptz, timestamptz) is
'The items of a space nearest to an embedding, best first: as many as p_limit whenever that many pass the filters. In the shared segment by comparing all of them, in one of its own by HNSW. p_contact_id: only of this contact. p_from, p_to: only items created then (p_to excluded). similarity: see _similarity().';
