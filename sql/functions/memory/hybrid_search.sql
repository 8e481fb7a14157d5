create or replace function prosa.hybrid_search(
    query text,
    query_embedding @extschema:vector@.vector default null,
    p_limit integer default 10,
    alpha double precision default 0.5,
    kinds text[] default null,
    p_contact_id uuid default null,
    p_conversation_id uuid default null,
    since timestamptz default null,
    until timestamptz default null,
    p_metadata jsonb default null,
    half_life interval default null,
    importance_weight double precision default 0,
    context_weight double precision default 0.3,
    speaker_weight double precision default 0.25,
    per_conversation boolean default false,
    surrounding_turns integer default 0,
    explain boolean default false,
    p_space_id uuid default null)
    returns table (kind text, id uuid, conversation_id uuid, text text, score double precision, dense_score double precision,
                   text_score double precision, created_at timestamptz, message_index bigint, sender_name text, turns jsonb, why jsonb)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- one plan a session: everything here is looked up by key, whatever the tenant, and what is not is planned where it is
    set plan_cache_mode = force_generic_plan
    -- a plan that counts every month looks costly enough to be compiled, for a second, to run for milliseconds
    set jit = off
as $$
#variable_conflict use_column
declare
    c_session constant interval := interval '6 hours';
    v_tenant_id constant uuid := prosa._require_tenant();
    v_embedding @extschema:vector@.vector := query_embedding;
    -- More than is asked for: the last of the nearest is where nearness begins to count, windows are among them, and the best of
    -- many conversations are further apart.
    v_pool integer := case when per_conversation then greatest(500, 5 * p_limit) else greatest(101, p_limit + p_limit / 2 + 1) end;
    v_metadata constant jsonb := nullif(p_metadata, '{}');
    v_space_id uuid := p_space_id;
    v_language text;
    v_query tsquery;
    v_vector_kinds text[];
    v_is_narrow boolean;
begin
    if alpha is null or not alpha between 0 and 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'alpha must be between 0 (text only) and 1 (dense only)';
    elsif p_limit is null or p_limit not between 1 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'p_limit must be between 1 and 1000';
    elsif coalesce(btrim(query), '') = '' and v_embedding is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'there is nothing to search for';
    elsif (context_weight between 0 and 1 and speaker_weight between 0 and 1 and importance_weight between 0 and 1) is not true then
        raise exception using errcode = 'invalid_parameter_value', message = 'context_weight, speaker_weight and importance_weight must be between 0 and 1';
    elsif half_life <= interval '0' then
        raise exception using errcode = 'invalid_parameter_value', message = 'half_life must be longer than nothing';
    elsif surrounding_turns is null or surrounding_turns not between 0 and 50 then
        raise exception using errcode = 'invalid_parameter_value', message = 'surrounding_turns must be between 0 and 50';
    elsif cardinality(kinds) = 0 or array_position(kinds, null) is not null then
        raise exception using
            errcode = 'invalid_parameter_value', message = 'kinds names nothing to look for',
            hint = 'Name message, memory, or kinds of memory such as note; leave it null for all.';
    end if;
    if v_embedding is null and alpha > 0 and to_regprocedure('prosa._java_embed(text)') is not null
       and prosa._provider_config(v_tenant_id, 'embedding', false) is not null then
        select q.space_id, q.embedding into v_space_id, v_embedding from prosa.embed_query(query, false) q;
    end if;
    if v_embedding is not null then
        v_space_id := prosa._search_space(v_tenant_id, v_embedding, p_limit, v_space_id);
    elsif alpha > 0 then
        alpha := 0;
        raise notice 'searched by text only: the query has no embedding'
            using hint = 'Pass query_embedding, or have it made: install the Java routines and let the embedding endpoint answer (see prosa.doctor()).';
    end if;
    v_language := prosa._tenant_language(v_tenant_id);
    select string_agg(quote_literal(replace(l, '\', '\\')), ' | ')::tsquery into v_query
      from unnest((prosa._query_terms(v_language, query)).lexemes) l;
    v_vector_kinds := case when kinds is null then '{message,memory}'::text[]
                           else array(select distinct case k when 'message' then 'message' else 'memory' end from unnest(kinds) k) end;
    v_is_narrow := num_nonnulls(p_conversation_id, v_metadata) > 0 or not coalesce(kinds <@ '{message,memory}'::text[], true);

    return query
    with dense as materialized (
        select n.kind, n.item_id, n.item_created_at, n.similarity, row_number() over (order by n.similarity desc, n.item_id) as rank
          from (select * from prosa._nearest(v_tenant_id, v_space_id, v_vector_kinds, v_embedding, v_pool, p_contact_id, since, until)
                 where v_embedding is not null and not v_is_narrow
                union all
                select * from prosa._nearest_among(v_tenant_id, v_space_id, v_embedding, v_pool, kinds, p_contact_id, p_conversation_id,
                                                   since, until, v_metadata)
                 where v_embedding is not null and v_is_narrow) n
    ), bounds as (
        -- The last of a full pool shows what anything in this space has in common with this query. Few items may all be near.
        select max(d.similarity) as best, greatest(min(d.similarity), 0) * count(*) / v_pool as floor from dense d
    ), textual as materialized (
        select t.kind, t.item_id, t.item_created_at, t.score, t.conversation_id, t.message_index, t.sender_name,
               row_number() over (order by t.score desc, t.item_created_at desc, t.item_id) as rank, max(t.score) over () as best
          from prosa._text_scores(v_tenant_id, query, v_pool, kinds, p_contact_id, p_conversation_id, since, until, v_metadata) t
    ), pooled as materialized (
        -- each arm as a share of its best; what an arm did not find counts nothing in it
        select kind, item_id, item_created_at, d.similarity, d.rank as dense_rank, t.score, t.rank as text_rank,
               t.conversation_id, t.message_index, t.sender_name,
               coalesce(greatest(d.similarity - b.floor, 0) / nullif(b.best - b.floor, 0), 0) as dense_share,
               coalesce(t.score / nullif(t.best, 0), 0) as text_share
          from dense d full join textual t using (kind, item_id, item_created_at) cross join bounds b
    ), item as materialized (
        select p.kind, p.item_id, p.item_created_at, p.similarity, p.dense_rank, p.dense_share, p.score, p.text_rank, p.text_share,
               alpha * p.dense_share + (1 - alpha) * p.text_share as own,
               coalesce(p.conversation_id, m.conversation_id, c.conversation_id) as conversation_id,
               coalesce(p.message_index, m.message_index) as message_index, coalesce(p.sender_name, m.sender_name) as sender_name,
               c.first_index, c.last_index, c.importance
          from pooled p
          left join lateral (
                select m.id, m.conversation_id, m.message_index, m.sender_name from prosa.messages m
                 where p.kind = 'message' and p.message_index is null
                   and m.tenant_id = v_tenant_id and m.created_at = p.item_created_at and m.id = p.item_id and m.deleted_at is null
                offset 0) m on true
          left join prosa.memory_chunks c on p.kind = 'memory' and c.tenant_id = v_tenant_id and c.id = p.item_id
               and (c.expires_at is null or c.expires_at > now())
         -- what is gone since is no longer an item
         where coalesce(p.message_index, m.message_index) is not null or c.id is not null
    ), around as (
        -- the two turns before and after, of the same session: the second ones count half
        select a.item_id, sum(b.own * context_weight / abs(o.step)) as score
          from item a cross join (values (-2), (-1), (1), (2)) o (step)
          join item b on b.conversation_id = a.conversation_id and b.message_index = a.message_index + o.step
               and b.item_created_at between a.item_created_at - c_session and a.item_created_at + c_session
         where a.message_index is not null and context_weight > 0
         group by a.item_id
    ), covered as (
        -- the turns of a window that was found
        select w.item_id as window_id, a.item_id, w.dense_share
          from item w join item a on a.conversation_id = w.conversation_id and a.message_index between w.first_index and w.last_index
         where w.first_index is not null
    ), sender as materialized (
        select distinct i.sender_name from item i where i.sender_name is not null
    ), speaker as (
        select s.sender_name from sender s
         where prosa._search_text(v_language, null, s.sender_name) @@ v_query
    ), weighed as (
        select i.*, x.context_share, x.speaker_factor, x.recency_factor, x.importance_factor,
               (i.own + x.context_share) / (1 + 3 * context_weight) * x.speaker_factor * x.recency_factor * x.importance_factor as total
          from item i
          left join around a on a.item_id = i.item_id
         cross join lateral (
               select case when i.message_index is null then context_weight * i.own
                           else least(3 * context_weight,
                                      coalesce(a.score, 0)
                                      + context_weight * alpha * coalesce((select max(v.dense_share) from covered v where v.item_id = i.item_id), 0))
                      end as context_share,
                      case when i.message_index is not null and exists (select from speaker)
                                and (i.sender_name is null or i.sender_name <> all (array(select s.sender_name from speaker s)))
                           then 1 - speaker_weight else 1 end as speaker_factor,
                      case when half_life is null then 1
                           else power(0.5, least(1000, greatest(0, extract(epoch from now() - i.item_created_at)::double precision)
                                                       / extract(epoch from half_life)::double precision)) end as recency_factor,
                      1 + importance_weight * (2 * coalesce(i.importance, 0.5) - 1) as importance_factor) x
         where i.own > 0 and not exists (select from covered v where v.window_id = i.item_id)
    ), best as materialized (
        select w.* from (
            select w.*, row_number() over (partition by case when per_conversation then coalesce(w.conversation_id, w.item_id) else w.item_id end
                                           order by w.total desc, w.item_created_at desc, w.item_id) as place
              from weighed w) w
         where w.place = 1
         order by w.total desc, w.item_created_at desc, w.item_id limit p_limit
    )
    select b.kind, b.item_id, b.conversation_id, coalesce(m.content, c.content), b.total, b.similarity, b.score, b.item_created_at,
           b.message_index, b.sender_name,
           case when surrounding_turns > 0 and b.message_index is not null
                then prosa._surrounding_turns(v_tenant_id, b.conversation_id, b.item_created_at, b.message_index, surrounding_turns) end,
           case when explain then jsonb_build_object(
               'alpha', alpha,
               'dense', jsonb_build_object('rank', b.dense_rank, 'score', b.similarity, 'share', b.dense_share),
               'text', jsonb_build_object('rank', b.text_rank, 'score', b.score, 'share', b.text_share),
               'own', b.own, 'context', b.context_share, 'full_score', 1 + 3 * context_weight,
               'factors', jsonb_build_object('speaker', b.speaker_factor, 'recency', b.recency_factor, 'importance', b.importance_factor)) end
      from best b
      left join prosa.messages m on b.kind = 'message'
           and m.tenant_id = v_tenant_id and m.created_at = b.item_created_at and m.id = b.item_id
      left join prosa.memory_chunks c on b.kind = 'memory' and c.tenant_id = v_tenant_id and c.id = b.item_id
     order by b.total desc, b.item_created_at desc, b.item_id;
end
$$;
comment on function prosa.hybrid_search(text, @extschema:vector@.vector, integer, double precision, text[], uuid, uuid, timestamptz, timestamptz, jsonb,
    interval, double precision, double precision, double precision, boolean, integer, boolean, uuid) is
'Messages and memories of the current tenant that fit a query by meaning and by words (BM25), best first. A turn is raised by the turns around it that fit as well.
query_embedding: the query''s; when null it is embedded by the Java routines where they are installed and an endpoint is configured, else the search is by text only, as with alpha 0, and says so in a NOTICE. p_limit: 1 to 1000. alpha: weight of the meaning, 0 to 1; 0 searches by text only.
kinds: only these: message, memory, or kinds of memory such as note. p_contact_id, p_conversation_id: only of these. since, until: sent or made at or after, and before. p_metadata: JSON that the item''s own contains.
half_life: an item this old counts half of a new one, one twice as old a quarter; null: age does not matter. importance_weight: 0 to 1; at 1 a memory of importance 1 counts double, of 0.5 as a message, of 0 nothing. context_weight: 0 to 1, how much the turn before or after counts beside an item itself; the one beyond counts half of it; turns more than six hours away do not count. speaker_weight: 0 to 1, how much less a message counts that is not by the speaker whom the query names.
per_conversation: only the best of each conversation. surrounding_turns: 0 to 50, as many turns before and after each message come with it in turns. explain: fills why. p_space_id: as in semantic_search().
Result: kind (message or memory); score: 0 to 1, comparable within one search; dense_score: similarity of the embeddings, null where the text alone found it; text_score: BM25, null where the meaning alone did; turns: [{id, created_at, message_index, role, sender_name, text}]; why: rank, score and share of each arm, and what context and factors made of it: score = (own + context) / full_score · factors, own = alpha · dense share + (1 - alpha) · text share.
Errors: 42501 no tenant set; 22023 nothing to search for, or a parameter out of range, or wrong dimensions.
Example: select kind, text, score from prosa.hybrid_search(''entrega atrasada'');
Example: select text, turns from prosa.hybrid_search(''troca de endereço'', p_contact_id => :contact_id, since => now() - interval ''90 days'', surrounding_turns => 2);
Example: select text, jsonb_pretty(why) from prosa.hybrid_search(''entrega atrasada'', half_life => ''30 days'', explain => true);';
