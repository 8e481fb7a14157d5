create or replace function prosa.hybrid_search(
    query text,
    query_embedding @extschema:vector@.vector default null,
    p_limit integer default 10,
    alpha double precision default 0.5)
    returns table (kind text, id uuid, conversation_id uuid, text text, score double precision, dense_score double precision,
                   text_score double precision, created_at timestamptz)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    c_pool constant integer := greatest(100, p_limit);
    v_tenant_id uuid := prosa._require_tenant();
    v_embedding @extschema:vector@.vector := query_embedding;
    v_space_id uuid;
begin
    if alpha is null or not alpha between 0 and 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'alpha must be between 0 (text only) and 1 (dense only)';
    elsif p_limit is null or p_limit not between 1 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'p_limit must be between 1 and 1000';
    elsif coalesce(btrim(query), '') = '' and v_embedding is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'there is nothing to search for';
    end if;
    if v_embedding is null and alpha > 0 and to_regprocedure('prosa._java_embed(text)') is not null
       and prosa._provider_config(v_tenant_id, 'embedding', false) is not null then
        select q.space_id, q.embedding into v_space_id, v_embedding from prosa._embed_query(v_tenant_id, query, false) q;
    end if;
    if v_embedding is not null then
        v_space_id := prosa._search_space(v_tenant_id, v_embedding, p_limit, v_space_id);
    elsif alpha > 0 then
        alpha := 0;
        raise notice 'searched by text only: the query has no embedding'
            using hint = 'Pass query_embedding, or have it made: install the Java routines and let the embedding endpoint answer (see prosa.doctor()).';
    end if;

    return query
    with dense as materialized (
        select n.kind, n.item_id, n.item_created_at, n.similarity as score
          from prosa._nearest(v_tenant_id, v_space_id, '{message,memory}', v_embedding, c_pool) n
         where v_embedding is not null
    ), textual as materialized (
        select t.kind, t.item_id, t.item_created_at, t.score
          from prosa._text_scores(v_tenant_id, query, c_pool) t
    ), fused as (
        -- each arm over its best score; what an arm did not find counts nothing in it
        select kind, item_id, item_created_at, d.score as dense_score, t.score as text_score,
               alpha * coalesce(greatest(d.score, 0) / nullif(max(d.score) over (), 0), 0)
               + (1 - alpha) * coalesce(t.score / nullif(max(t.score) over (), 0), 0) as score
          from dense d full join textual t using (kind, item_id, item_created_at)
    ), best as (
        select f.* from fused f where f.score > 0 order by f.score desc, f.item_created_at desc, f.item_id limit p_limit
    )
    select b.kind, b.item_id, m.conversation_id, coalesce(m.content, c.content), b.score, b.dense_score, b.text_score,
           b.item_created_at
      from best b
      left join prosa.messages m on b.kind = 'message'
           and m.tenant_id = v_tenant_id and m.created_at = b.item_created_at and m.id = b.item_id
      left join prosa.memory_chunks c on b.kind = 'memory' and c.tenant_id = v_tenant_id and c.id = b.item_id
     where coalesce(m.id, c.id) is not null
     order by b.score desc, b.item_created_at desc, b.item_id;
end
$$;
comment on function prosa.hybrid_search(text, @extschema:vector@.vector, integer, double precision) is
'Messages and memories of the current tenant that fit a query by meaning (cosine) and by words (BM25), best first.
query_embedding: the query''s; when null it is embedded by the Java routines where they are installed and an endpoint is configured, else the search is by text only, as with alpha 0, and says so in a NOTICE. p_limit: 1 to 1000. alpha: weight of the meaning, 0 to 1; 0 searches by text only.
Result: kind (message or memory), score = alpha · dense_score / best dense_score + (1 - alpha) · text_score / best text_score; an arm that did not find the row has a null score.
Errors: 42501 no tenant set; 22023 nothing to search for, or a parameter out of range, or wrong dimensions.
Example: select kind, text, score from prosa.hybrid_search(''entrega atrasada'');';
