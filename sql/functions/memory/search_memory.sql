create or replace function prosa.search_memory(
    query_embedding @extschema:vector@.vector,
    p_limit integer default 10,
    kinds text[] default null,
    contact_id uuid default null)
    returns table (memory_id uuid, kind text, content text, metadata jsonb, similarity_score double precision,
                   created_at timestamptz, updated_at timestamptz)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
    v_space_id uuid := prosa._search_space(v_tenant_id, query_embedding, p_limit);
begin
    return query
    select m.id, m.kind, m.content, m.metadata, 1 - (e.embedding operator(@extschema:vector@.<=>) query_embedding),
           m.created_at, m.updated_at
      from prosa.embedding_spaces s
      join prosa.embeddings e on e.tenant_id = v_tenant_id and e.space_id = s.id and e.segment_id = s.segment_id and e.kind = 'memory'
      join prosa.memory_chunks m on m.tenant_id = v_tenant_id and m.id = e.item_id
     where s.tenant_id = v_tenant_id and s.id = v_space_id
       and (search_memory.kinds is null or m.kind = any (search_memory.kinds))
       and (search_memory.contact_id is null or m.contact_id = search_memory.contact_id)
     order by e.embedding operator(@extschema:vector@.<=>) query_embedding, m.id
     limit p_limit;
end
$$;
comment on function prosa.search_memory(@extschema:vector@.vector, integer, text[], uuid) is
'Memories of the current tenant nearest to an embedding, best first.
p_limit: 1 to 1000. kinds: only these. contact_id: only about this contact. similarity_score: cosine, -1 to 1.
Errors: 42501 no tenant set; 22023 wrong dimensions, zero vector or p_limit out of range.
Example: select content, similarity_score from prosa.search_memory(prosa.embed(''horário preferido''), 5);';
