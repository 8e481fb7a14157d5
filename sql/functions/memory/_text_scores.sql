create or replace function prosa._text_scores(p_tenant_id uuid, p_query text, p_limit integer)
    returns table (kind text, item_id uuid, item_created_at timestamptz, score double precision)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    c_k1 constant double precision := 0.9;
    c_b constant double precision := 0.4;
    v_lexemes text[] := tsvector_to_array(prosa._search_text(prosa._tenant_language(p_tenant_id), null, p_query));
    v_query tsquery;
    v_documents double precision;
begin
    if cardinality(v_lexemes) = 0 then
        return;
    end if;
    select string_agg('''' || replace(replace(l, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery into v_query from unnest(v_lexemes) l;
    -- messages ever recorded stand for messages kept: the idf needs their magnitude only
    select coalesce(sum(c.last_message_index), 0) into v_documents from prosa.conversations c where c.tenant_id = p_tenant_id;
    v_documents := v_documents + (select count(*) from prosa.memory_chunks c where c.tenant_id = p_tenant_id);

    return query
    with matching as materialized (
        select 'message' as kind, m.id, m.created_at, m.search_text from prosa.messages m
         where m.tenant_id = p_tenant_id and m.search_text @@ v_query
        union all
        select 'memory', c.id, c.created_at, c.search_text from prosa.memory_chunks c
         where c.tenant_id = p_tenant_id and c.search_text @@ v_query
    ), average as (
        select avg(length(m.search_text)) as length from matching m
    ), term as (
        select m.kind, m.id, m.created_at, t.lexeme, cardinality(t.positions) as frequency,
               1 - c_b + c_b * length(m.search_text) / a.length as length_norm
          from matching m cross join average a cross join lateral unnest(m.search_text) t
         where t.lexeme = any (v_lexemes)
    ), weight as (
        select t.lexeme, ln(1 + (greatest(v_documents, count(*)) - count(*) + 0.5) / (count(*) + 0.5)) as idf
          from term t group by t.lexeme
    )
    select t.kind, t.id, t.created_at,
           sum(w.idf * t.frequency * (c_k1 + 1) / (t.frequency + c_k1 * t.length_norm))::double precision as score
      from term t join weight w using (lexeme)
     group by t.kind, t.id, t.created_at
     order by score desc, t.created_at desc, t.id
     limit p_limit;
end
$$;
comment on function prosa._text_scores(uuid, text, integer) is
'BM25 (k1 0.9, b 0.4) of a tenant''s messages and memories that hold any lexeme of the query; document frequencies are the tenant''s own.';
