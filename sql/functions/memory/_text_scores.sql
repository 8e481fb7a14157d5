create or replace function prosa._text_scores(
    p_tenant_id uuid,
    p_query text,
    p_limit integer,
    p_kinds text[] default null,
    p_contact_id uuid default null,
    p_conversation_id uuid default null,
    p_since timestamptz default null,
    p_until timestamptz default null,
    p_metadata jsonb default null)
    returns table (kind text, item_id uuid, item_created_at timestamptz, score double precision, conversation_id uuid, message_index bigint,
                   sender_name text)
    language plpgsql stable parallel safe security definer rows 100
    set search_path = pg_catalog, prosa, pg_temp
    -- one plan a session: each of its ways suits any tenant, and planning for two years of months takes longer than searching a small one
    set plan_cache_mode = force_generic_plan
    -- a plan that counts every month looks costly enough to be compiled, for a second, to run for milliseconds
    set jit = off
as $$
#variable_conflict use_column
declare
    c_k1 constant double precision := 0.9;
    c_b constant double precision := 0.4;
    c_few constant integer := 5000;
    c_common constant double precision := 0.02;
    v_terms integer[];
    v_lexemes text[];
    v_queries tsquery[];
    v_query tsquery;
    v_rare tsquery;
    v_shares double precision[];
    v_documents double precision;
    v_is_small boolean;
begin
    select t.terms, t.lexemes into v_terms, v_lexemes from prosa._query_terms(prosa._tenant_language(p_tenant_id), p_query) t;
    if v_lexemes = '{}' then
        return;
    end if;
    v_queries := array(select format('''%s''', replace(replace(l, '\', '\\'), '''', ''''''))::tsquery from unnest(v_lexemes) l);
    v_query := array_to_string(v_queries, ' | ')::tsquery;
    -- Messages ever recorded stand for messages kept: the idf needs their magnitude only, and of many conversations the first do.
    select coalesce(sum(c.last_message_index), 0) into v_documents
      from (select c.last_message_index from prosa.conversations c where c.tenant_id = p_tenant_id limit 10000) c;
    v_documents := v_documents + (select count(*) from (select from prosa.memory_chunks c where c.tenant_id = p_tenant_id limit 10000) c);
    v_is_small := v_documents <= c_few and num_nonnulls(p_kinds, p_contact_id, p_conversation_id, p_since, p_until, p_metadata) = 0;

    if v_documents > c_few then
        -- What more than one message in fifty holds, of the newest thousand, would bring most of a large tenant's texts and decide
        -- little: it counts in what the other words find, where they find enough.
        with sample as materialized (
            select m.search_text from prosa.messages m where m.tenant_id = p_tenant_id order by m.created_at desc limit 1000
        )
        select array_agg(case when h.hits > c_common * 1000 then h.hits / 1000.0 end order by q.ordinality) into v_shares
          from unnest(v_queries) with ordinality q (query, ordinality)
         cross join lateral (select count(*) as hits from sample s where s.search_text @@ q.query) h;
        select string_agg(q::text, ' | ')::tsquery into v_rare
          from unnest(v_queries, v_shares) u (q, share) where share is null;
        if v_rare is not null and (
               select count(*) from (
                   select from prosa._search_items(p_tenant_id, v_rare, p_kinds, p_contact_id, p_conversation_id, p_since, p_until, p_metadata)
                    limit p_limit) i) = p_limit then
            v_query := v_rare;
        end if;
    end if;

    return query
    with item as (
        -- A few rows are read all: "is true" is no condition of an index, and the full-text index would bring every tenant's.
        select 'message' as kind, m.id, m.created_at, m.conversation_id, m.message_index, m.sender_name, m.search_text
          from prosa.messages m
         where v_is_small and m.tenant_id = p_tenant_id and (m.search_text @@ v_query) is true
        union all
        select 'memory', c.id, c.created_at, c.conversation_id, null, null, c.search_text
          from prosa.memory_chunks c
         where v_is_small and c.tenant_id = p_tenant_id and (c.search_text @@ v_query) is true and c.first_index is null
           and (c.expires_at is null or c.expires_at > now())
        union all
        select i.kind, i.item_id, i.item_created_at, i.conversation_id, i.message_index, i.sender_name, i.search_text
          from prosa._search_items(p_tenant_id, v_query, p_kinds, p_contact_id, p_conversation_id, p_since, p_until, p_metadata) i
         where not v_is_small
    ), found as materialized (
        select i.*, row_number() over () as place, length(i.search_text) as length from item i
    ), average as (
        select avg(f.length) as length from found f
    ), term as materialized (
        select f.place, t.term, max(prosa._term_frequency(f.search_text, t.query)) as frequency, max(f.length) as length
          from found f join unnest(v_terms, v_queries) t (term, query) on f.search_text @@ t.query
         group by f.place, t.term
    ), weight as (
        select d.term, ln(1 + (greatest(v_documents, d.documents) - d.documents + 0.5) / (d.documents + 0.5)) as idf
          from (select t.term, greatest(count(*), v_documents * (select max(u.share) from unnest(v_terms, v_shares) u (term, share)
                                                                  where u.term = t.term)) as documents
                  from term t group by t.term) d
    ), best as (
        select t.place,
               sum(w.idf * t.frequency * (c_k1 + 1) / (t.frequency + c_k1 * (1 - c_b + c_b * t.length / a.length)))::double precision as score
          from term t join weight w using (term) cross join average a
         group by t.place
    )
    select f.kind, f.id, f.created_at, b.score, f.conversation_id, f.message_index, f.sender_name
      from best b join found f using (place)
     order by b.score desc, f.created_at desc, f.id
     limit p_limit;
end
$$;
comment on function prosa._text_scores(uuid, text, integer, text[], uuid, uuid, timestamptz, timestamptz, jsonb) is
'BM25 (k1 0.9, b 0.4) of a tenant''s messages and memories that hold any word of the query; document frequencies are the tenant''s own, among what the filters leave.';
