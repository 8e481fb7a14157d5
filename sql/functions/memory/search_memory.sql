create or replace function prosa.search_memory(
    query_embedding @extschema:vector@.vector,
    p_limit integer default 10,
    kinds text[] default null,
    contact_id uuid default null,
    since timestamptz default null,
    until timestamptz default null,
    p_metadata jsonb default null,
    p_file_id uuid default null,
    p_space_id uuid default null)
    returns table (memory_id uuid, kind text, content text, metadata jsonb, similarity_score double precision,
                   created_at timestamptz, updated_at timestamptz, importance real, expires_at timestamptz,
                   conversation_id uuid, first_index bigint, last_index bigint,
                   file_id uuid, file_name text, page integer, char_offset integer)
    language plpgsql stable parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    -- up to as many are ranked one by one; it takes some milliseconds
    c_few constant integer := 2000;
    v_tenant_id constant uuid := prosa._require_tenant();
    v_space_id constant uuid := prosa._search_space(v_tenant_id, query_embedding, p_limit, p_space_id);
    v_is_filtered constant boolean := num_nonnulls(kinds, search_memory.contact_id, since, until, p_metadata, p_file_id) > 0;
    v_pool integer := 2 * p_limit + 20;
    v_matching uuid[];
    v_ids uuid[];
    v_similarities double precision[];
begin
    if v_space_id is null then
        return;
    end if;
    if v_is_filtered then
        v_matching := prosa._match_memories(v_tenant_id, null, kinds, search_memory.contact_id, since, until, p_metadata, p_file_id, c_few + 1);
    end if;
    if cardinality(v_matching) <= c_few then
        select array_agg(r.memory_id), array_agg(r.similarity) into v_ids, v_similarities
          from prosa._rank_memories(v_tenant_id, v_space_id, v_matching, query_embedding, p_limit) r;
    else
        -- Many match: they are among the nearest of all. A wider circle until there are enough; where a filter and what is near
        -- have little in common, all that match are ranked instead.
        loop
            select array_agg(n.item_id), array_agg(n.similarity) into v_ids, v_similarities
              from prosa._nearest(v_tenant_id, v_space_id, '{memory}', query_embedding, v_pool, search_memory.contact_id, since, until) n;
            v_matching := prosa._match_memories(v_tenant_id, coalesce(v_ids, '{}'), kinds, search_memory.contact_id, since, until, p_metadata, p_file_id, null);
            exit when cardinality(v_matching) >= p_limit or coalesce(cardinality(v_ids), 0) < v_pool;
            v_pool := 6 * v_pool;
            if v_pool > 6 * c_few then
                v_matching := prosa._match_memories(v_tenant_id, null, kinds, search_memory.contact_id, since, until, p_metadata, p_file_id, null);
                select array_agg(r.memory_id), array_agg(r.similarity) into v_ids, v_similarities
                  from prosa._rank_memories(v_tenant_id, v_space_id, v_matching, query_embedding, p_limit) r;
                exit;
            end if;
        end loop;
    end if;
    return query
    select m.id, m.kind, m.content, m.metadata, s.similarity, m.created_at, m.updated_at, m.importance, m.expires_at,
           m.conversation_id, m.first_index, m.last_index, m.file_id, f.name, m.page, m.char_offset
      from (select n.id, n.similarity
              from unnest(v_ids, v_similarities) n (id, similarity)
             where n.id = any (v_matching)
             order by n.similarity desc, n.id
             limit p_limit) s
      join prosa.memory_chunks m on m.tenant_id = v_tenant_id and m.id = s.id
      left join prosa.client_files f on f.tenant_id = v_tenant_id and f.id = m.file_id
     order by s.similarity desc, s.id;
end
$$;
comment on function prosa.search_memory(@extschema:vector@.vector, integer, text[], uuid, timestamptz, timestamptz, jsonb, uuid, uuid) is
'Memories of the current tenant nearest to an embedding, best first; as many as p_limit whenever that many fulfil the filters. None that has expired.
p_limit: 1 to 1000. kinds: only these; msg are windows of turns, file is the text of files. contact_id: only about this contact. since, until: remembered (windows: said) at or after, and before. p_metadata: JSON that the memory''s own contains. p_file_id: only of this file. p_space_id: as in semantic_search().
Result: similarity_score: cosine, -1 to 1 (or as the tenant''s embedding space compares). Of a window its conversation and the message_index of its first and last turn; of a file''s text the file, the page and the character of the page where it begins.
Errors: 42501 no tenant set; 22023 wrong dimensions, zero vector or p_limit out of range.
Example: select content, similarity_score from prosa.search_memory(prosa.embed(''horário preferido''), 5, ''{note,task}'', p_metadata => ''{"source": "ficha"}'');';

create or replace function prosa.search_memory(
    query text,
    p_limit integer default 10,
    kinds text[] default null,
    contact_id uuid default null,
    since timestamptz default null,
    until timestamptz default null,
    p_metadata jsonb default null,
    p_file_id uuid default null)
    returns table (memory_id uuid, kind text, content text, metadata jsonb, similarity_score double precision,
                   created_at timestamptz, updated_at timestamptz, importance real, expires_at timestamptz,
                   conversation_id uuid, first_index bigint, last_index bigint,
                   file_id uuid, file_name text, page integer, char_offset integer)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_query record;
begin
    perform prosa._require_tenant();
    select q.space_id, q.embedding into v_query from prosa.embed_query(query) q;
    return query
    select s.* from prosa.search_memory(v_query.embedding, p_limit, kinds, search_memory.contact_id, since, until, p_metadata, p_file_id,
                                        v_query.space_id) s;
end
$$;
comment on function prosa.search_memory(text, integer, text[], uuid, timestamptz, timestamptz, jsonb, uuid) is
'Memories of the current tenant nearest to a text, which is embedded first: needs the Java routines. Parameters and result as search_memory(vector). A vector that is written as a literal needs its type, ''[0.1, …]''::vector.
Errors: those of search_memory(vector) and of embed().
Example: select content, similarity_score from prosa.search_memory(''horário preferido'', 5, contact_id => :contact_id);';
