create or replace function prosa._exact_nearest(
    p_tenant_id uuid,
    p_space_id uuid,
    p_kinds text[],
    p_embedding @extschema:vector@.vector,
    p_limit integer,
    p_distance integer,
    p_contact_id uuid,
    p_from timestamptz,
    p_to timestamptz)
    returns table (kind text, item_id uuid, item_created_at timestamptz, distance double precision)
    language plpgsql stable parallel safe security definer rows 20
    set search_path = pg_catalog, prosa, pg_temp
    -- The plan is the same for every tenant: the rows of the space by an index, then a sort. Made once a session, and not at the mercy
    -- of what is known of the average tenant.
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    set max_parallel_workers_per_gather = 0
    set jit = off
as $$
#variable_conflict use_column
begin
    if p_contact_id is not null then
        return query
        select e.kind, e.item_id, e.item_created_at,
               case p_distance when 1 then e.embedding operator(@extschema:vector@.<=>) p_embedding
                               when 2 then e.embedding operator(@extschema:vector@.<#>) p_embedding
                               else e.embedding operator(@extschema:vector@.<->) p_embedding end as distance
          from prosa.embeddings_shared e
         where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.contact_id = p_contact_id and e.kind = any (p_kinds)
           and e.item_created_at >= coalesce(p_from, '-infinity') and e.item_created_at < coalesce(p_to, 'infinity')
         order by distance, e.item_id
         limit p_limit;
    elsif p_from is not null or p_to is not null then
        return query
        select e.kind, e.item_id, e.item_created_at,
               case p_distance when 1 then e.embedding operator(@extschema:vector@.<=>) p_embedding
                               when 2 then e.embedding operator(@extschema:vector@.<#>) p_embedding
                               else e.embedding operator(@extschema:vector@.<->) p_embedding end as distance
          from prosa.embeddings_shared e
         where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = any (p_kinds)
           and e.item_created_at >= coalesce(p_from, '-infinity') and e.item_created_at < coalesce(p_to, 'infinity')
         order by distance, e.item_id
         limit p_limit;
    elsif p_distance = 1 and cardinality(p_kinds) = 1 then
        -- the commonest: no choice is made for each row
        return query
        select e.kind, e.item_id, e.item_created_at, e.embedding operator(@extschema:vector@.<=>) p_embedding as distance
          from prosa.embeddings_shared e
         where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = p_kinds[1]
         order by distance, e.item_id
         limit p_limit;
    else
        return query
        select e.kind, e.item_id, e.item_created_at,
               case p_distance when 1 then e.embedding operator(@extschema:vector@.<=>) p_embedding
                               when 2 then e.embedding operator(@extschema:vector@.<#>) p_embedding
                               else e.embedding operator(@extschema:vector@.<->) p_embedding end as distance
          from prosa.embeddings_shared e
         where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = any (p_kinds)
         order by distance, e.item_id
         limit p_limit;
    end if;
end
$$;
comment on function prosa._exact_nearest(uuid, uuid, text[], @extschema:vector@.vector, integer, integer, uuid, timestamptz, timestamptz) is
'The items of a space in the shared segment that are nearest to an embedding, by comparing all of them. p_distance: 1 cosine, 2 (negative) inner product, 3 l2.';
