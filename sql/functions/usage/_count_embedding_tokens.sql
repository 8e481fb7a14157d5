create or replace function prosa._count_embedding_tokens(p_tenant_id uuid, p_model text, p_items jsonb, p_stored jsonb, p_total bigint)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_home constant uuid := coalesce(
        (select i.id from prosa.inboxes i where i.tenant_id = p_tenant_id order by i.is_default desc, i.created_at, i.id limit 1),
        '00000000-0000-0000-0000-000000000000');
begin
    if p_total is null and not jsonb_path_exists(p_items, '$[*].tokens') then
        return;
    end if;
    insert into prosa.usage_daily as u (tenant_id, day, inbox_id, agent_type, model, embedding_tokens)
    select p_tenant_id, (now() at time zone 'UTC')::date, x.inbox_id, 'none', p_model, sum(x.tokens)
      from (select w.inbox_id,
                   -- the running share, rounded down, less the one before: the parts add up to the whole
                   coalesce(w.tokens, div(w.rest * w.reach, w.weights) - div(w.rest * (w.reach - w.weight), w.weights)) as tokens
              from (select t.inbox_id, t.tokens, t.weight,
                           greatest(p_total - coalesce(sum(t.tokens) over (), 0), 0) as rest,
                           sum(t.weight) over (order by t.ordinality) as reach,
                           sum(t.weight) over () as weights
                      from (select i.ordinality, coalesce(m.inbox_id, v.inbox_id, v_home) as inbox_id, case when i.tokens is not null then greatest(i.tokens, 0) end as tokens,
                                   case when i.tokens is null then greatest(length(coalesce(m.content, c.content)), 1) end::bigint as weight
                              from rows from (jsonb_to_recordset(p_items) as (kind text, item_id uuid, tokens bigint)) with ordinality
                                   i (kind, item_id, tokens, ordinality)
                              left join jsonb_to_recordset(p_stored) s (kind text, item_id uuid, item_created_at timestamptz)
                                on s.kind = i.kind and s.item_id = i.item_id
                              left join prosa.messages m
                                on i.kind = 'message' and m.tenant_id = p_tenant_id and m.created_at = s.item_created_at and m.id = i.item_id
                              left join prosa.memory_chunks c
                                on i.kind = 'memory' and c.tenant_id = p_tenant_id and c.id = i.item_id
                              left join prosa.conversations v on v.tenant_id = p_tenant_id and v.id = c.conversation_id) t) w) x
     where x.tokens > 0
     group by x.inbox_id
     order by x.inbox_id
    on conflict on constraint usage_daily_pkey do update set embedding_tokens = u.embedding_tokens + excluded.embedding_tokens;
end
$$;
comment on function prosa._count_embedding_tokens(uuid, text, jsonb, jsonb, bigint) is
'Adds the tokens of one call of an embedding endpoint to today''s sums. p_items: what was sent, some with their tokens; p_total: tokens of all, shared out by the length of the others'' texts. p_stored: those that had a place in the queue, with item_created_at. Tokens of a window of turns are its conversation''s inbox''s; those of other memories, and of what is gone meanwhile, are the default one''s.';
