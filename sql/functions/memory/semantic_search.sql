create or replace function prosa.semantic_search(
    p_tenant_id uuid,
    p_query_embedding @extschema:vector@.vector,
    p_limit integer default 20,
    p_similarity_threshold double precision default 0.7,
    p_contact_id uuid default null,
    p_from timestamptz default null,
    p_to timestamptz default null,
    p_space_id uuid default null)
    returns table (message_id uuid, text text, sentiment double precision, satisfaction integer,
                   similarity_score double precision, created_at timestamptz)
    language plpgsql stable parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id constant uuid := prosa._require_tenant(p_tenant_id);
    v_space_id constant uuid := prosa._search_space(v_tenant_id, p_query_embedding, p_limit, p_space_id);
    v_ask bigint := p_limit;
    v_missing integer := p_limit;
    v_count integer;
    v_seen uuid[];
    v_ids uuid[];
    v_times timestamptz[];
    v_scores double precision[];
    v_first timestamptz;
    v_last timestamptz;
begin
    loop
        select array_agg(n.item_id), array_agg(n.item_created_at), array_agg(n.similarity), min(n.item_created_at), max(n.item_created_at)
          into v_ids, v_times, v_scores, v_first, v_last
          from prosa._nearest(v_tenant_id, v_space_id, '{message}', p_query_embedding, v_ask::integer, p_contact_id, p_from, p_to) n
         where n.similarity >= p_similarity_threshold;
        return query
        select m.id, m.content, m.sentiment, m.satisfaction, h.score, m.created_at
          from unnest(v_ids, v_times, v_scores) h (id, at, score)
          join prosa.messages m on m.tenant_id = v_tenant_id and m.created_at = h.at and m.id = h.id
               -- other months are not opened
               and m.created_at between v_first and v_last
         where v_seen is null or h.id <> all (v_seen)
         order by h.score desc, m.id
         limit v_missing;
        get diagnostics v_count = row_count;
        v_missing := v_missing - v_count;
        -- a message that retention has detached leaves its vector behind for a while: others take its place
        exit when v_missing = 0 or coalesce(cardinality(v_ids), 0) < v_ask;
        v_seen := v_ids;
        v_ask := least(4 * v_ask, 1000000000);
    end loop;
end
$$;
comment on function prosa.semantic_search(uuid, @extschema:vector@.vector, integer, double precision, uuid, timestamptz, timestamptz, uuid) is
'Messages of the current tenant nearest to an embedding, best first; as many as p_limit whenever that many are above the threshold. A small space is searched exactly, a large one by its index.
p_tenant_id: must be the current tenant. p_limit: 1 to 1000. p_similarity_threshold: least similarity. p_contact_id: only messages of conversations with this contact. p_from, p_to: only messages created from then on, and before then. p_space_id: the space for which the query was embedded (space_id of embed_query() or provider_config()), so that it is searched even where another has replaced it meanwhile.
similarity_score: by the distance of the tenant''s space: cosine, -1 to 1; inner_product, the inner product; l2, 1 / (1 + distance).
Errors: 42501 no tenant set or another one; 22023 wrong dimensions, zero vector or p_limit out of range.
Example: select text, similarity_score from prosa.semantic_search(prosa.current_tenant_id(), prosa.embed(''preço da limpeza''), 5, 0.5);';

create or replace function prosa.semantic_search(
    query text,
    p_limit integer default 20,
    p_similarity_threshold double precision default 0.7)
    returns table (message_id uuid, text text, sentiment double precision, satisfaction integer,
                   similarity_score double precision, created_at timestamptz)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_query record;
begin
    select q.space_id, q.embedding into v_query from prosa.embed_query(query) q;
    return query
    select s.* from prosa.semantic_search(prosa.current_tenant_id(), v_query.embedding, p_limit, p_similarity_threshold,
                                          p_space_id => v_query.space_id) s;
end
$$;
comment on function prosa.semantic_search(text, integer, double precision) is
'Messages of the current tenant nearest to a text, which is embedded first: needs the Java routines. Parameters and errors as semantic_search(uuid, vector), and those of embed().
Example: select text, similarity_score from prosa.semantic_search(''preço da limpeza'', 5, 0.5);';
