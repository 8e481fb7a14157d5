create or replace function prosa._settle_messages(p_limit integer default 10000)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_moved record;
begin
    -- one at a time: whoever else would settle leaves it to the one who does
    if not pg_try_advisory_xact_lock(hashtextextended('prosa._settle_messages', 0)) then
        return 0;
    end if;
    with moved as materialized (
        -- by their places, so that a long outbox is not read for a few of its rows
        delete from prosa.message_outbox o
         where o.ctid = any (array(select x.ctid from prosa.message_outbox x limit p_limit for update skip locked))
        returning o.*
    ), entered as (
        -- a transaction of repeatable read has entered it already
        insert into prosa.message_ledger (tenant_id, inbox_id, external_id, message_id, created_at)
        select m.tenant_id, m.inbox_id, m.external_id, m.message_id, m.created_at from moved m where m.external_id <> m.message_id::text
        on conflict on constraint message_ledger_pkey do nothing
    ), queued as (
        insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at)
        select m.tenant_id, 'message', m.message_id, m.created_at from moved m where m.role in ('user', 'assistant', 'operator')
        on conflict on constraint embedding_queue_pkey do nothing
    ), summed as (
        insert into prosa.usage_daily as u (tenant_id, day, inbox_id, agent_type, model, messages_in, messages_out, input_tokens,
            output_tokens, cached_tokens)
        select m.tenant_id, (m.created_at at time zone 'UTC')::date, m.inbox_id, coalesce(m.agent_type, 'none'), coalesce(m.model, 'none'),
               count(*) filter (where m.role = 'user'), count(*) filter (where m.role in ('assistant', 'operator')),
               sum(m.input_tokens), sum(m.output_tokens), sum(m.cached_tokens)
          from moved m group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
        on conflict on constraint usage_daily_pkey do update
           set messages_in = u.messages_in + excluded.messages_in,
               messages_out = u.messages_out + excluded.messages_out,
               input_tokens = u.input_tokens + excluded.input_tokens,
               output_tokens = u.output_tokens + excluded.output_tokens,
               cached_tokens = u.cached_tokens + excluded.cached_tokens
    )
    select count(*) as settled, array_agg(distinct m.tenant_id) as tenants,
           array_agg(m.tenant_id) filter (where m.role in ('user', 'assistant', 'operator')) as tenant_ids,
           array_agg(m.created_at) filter (where m.role in ('user', 'assistant', 'operator')) as created_at,
           array_agg(m.message_id) filter (where m.role in ('user', 'assistant', 'operator')) as ids
      into v_moved from moved m;
    perform prosa._note_turns(v_moved.tenant_ids, v_moved.created_at, v_moved.ids);
    perform prosa._refresh_quota_blocks(v_moved.tenants);
    return v_moved.settled;
end
$$;
comment on function prosa._settle_messages(integer) is
'Moves up to p_limit messages from the outbox to where they belong: external ids to the ledger, consumption to the daily sums, texts to the embedding queue, and which conversations have something to remember; then holds the sums against the quotas. Returns how many; 0 when another transaction is at it. Readers and writers see the same before and after.';
