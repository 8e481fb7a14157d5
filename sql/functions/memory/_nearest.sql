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
    language plpgsql stable parallel safe security definer rows 20
    set search_path = pg_catalog, prosa, pg_temp
    -- a plan for this space and tenant: a generic one would treat a small tenant as a large one
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
    select e.kind, e.item_id, e.item_created_at, 1 - (e.embedding operator(@extschema:vector@.<=>) p_embedding)
      from prosa.embeddings e
     where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = any (p_kinds)
       and (p_contact_id is null or e.contact_id = p_contact_id)
       and (p_from is null or e.item_created_at >= p_from)
       and (p_to is null or e.item_created_at < p_to)
     order by e.embedding operator(@extschema:vector@.<=>) p_embedding, e.item_id
     limit p_limit;
end
$$;
comment on function prosa._nearest(uuid, uuid, text[], @extschema:vector@.vector, integer, uuid, timestamptz, timestamptz) is
'The items of a space nearest to an embedding by cosine similarity, best first; of a contact, and from p_from until before p_to, where given.';
