create or replace function prosa._match_memories(
    p_tenant_id uuid,
    p_ids uuid[],
    p_kinds text[],
    p_contact_id uuid,
    p_since timestamptz,
    p_until timestamptz,
    p_metadata jsonb,
    p_file_id uuid,
    p_limit integer)
    returns uuid[]
    -- As their owner, with the tenant in the query: under row security the operators of JSON, which are not leakproof, would be
    -- no condition of an index.
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- a plan with the conditions that are asked for and no others
    set plan_cache_mode = force_custom_plan
as $$
begin
    return array(
        select m.id from prosa.memory_chunks m
         where m.tenant_id = p_tenant_id
           and (m.expires_at is null or m.expires_at > now())
           and (p_ids is null or m.id = any (p_ids))
           and (p_kinds is null or m.kind = any (p_kinds))
           and (p_contact_id is null or m.contact_id = p_contact_id)
           and (p_since is null or m.created_at >= p_since)
           and (p_until is null or m.created_at < p_until)
           -- with the predicate of the index, so that it is used
           and (p_metadata is null or m.metadata @> p_metadata and m.metadata <> '{}')
           and (p_file_id is null or m.file_id = p_file_id)
         limit p_limit);
end
$$;
comment on function prosa._match_memories(uuid, uuid[], text[], uuid, timestamptz, timestamptz, jsonb, uuid, integer) is
'Up to p_limit memories that fulfil the filters of search_memory() and have not expired, among p_ids or, where it is null, among all of the tenant''s. A filter that is null holds for all.';
