create or replace function prosa.recalculate_consumption(from_day date, to_day date, p_tenant_id uuid default null)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
declare
    v_changed bigint;
    v_tenants uuid[];
    v_kept record;
begin
    if from_day is null or to_day is null or from_day > to_day or not isfinite(from_day) or not isfinite(to_day) then
        raise exception using errcode = 'invalid_parameter_value', message = 'recalculate_consumption() needs a first day and a last day that is not before it';
    elsif current_setting('transaction_isolation') <> 'read committed' then
        -- a snapshot from before the locks would miss what was settled or removed meanwhile
        raise exception using
            errcode = 'invalid_transaction_state',
            message = 'recalculate_consumption() runs at READ COMMITTED only',
            hint = 'Begin the transaction with ISOLATION LEVEL READ COMMITTED.';
    end if;
    -- Nobody settles, and no month is dropped, until this commits. Writers go on: what they record is in the outbox, and in one
    -- snapshot a message is either there or in the sums.
    perform pg_advisory_xact_lock(hashtextextended('prosa._settle_messages', 0));
    lock table only prosa.messages in access share mode;

    with counted as materialized (
        select m.tenant_id, (m.created_at at time zone 'UTC')::date as day, m.inbox_id, coalesce(m.agent_type, 'none') as agent_type,
               coalesce(m.model, 'none') as model, count(*) filter (where m.role = 'user') as messages_in,
               count(*) filter (where m.role in ('assistant', 'operator')) as messages_out, sum(m.input_tokens) as input_tokens,
               sum(m.output_tokens) as output_tokens, sum(m.cached_tokens) as cached_tokens
          from prosa.messages m
         where m.created_at >= from_day::timestamptz and m.created_at < (to_day + 1)::timestamptz
           and (p_tenant_id is null or m.tenant_id = p_tenant_id)
           and not exists (select from prosa.message_outbox o
                            where o.tenant_id = m.tenant_id and o.inbox_id = m.inbox_id
                              and o.external_id = coalesce(m.external_id, m.id::text) and o.message_id = m.id)
         group by 1, 2, 3, 4, 5
    ), standing as materialized (
        select u.* from prosa.usage_daily u
         where u.day between from_day and to_day and (p_tenant_id is null or u.tenant_id = p_tenant_id)
    ), difference as materialized (
        -- where both have nothing, as of a day with embeddings alone, there is none
        select tenant_id, day, inbox_id, agent_type, model, c.tenant_id is not null as is_counted, s.embedding_tokens,
               coalesce(c.messages_in, 0) as messages_in, coalesce(c.messages_out, 0) as messages_out,
               coalesce(c.input_tokens, 0) as input_tokens, coalesce(c.output_tokens, 0) as output_tokens,
               coalesce(c.cached_tokens, 0) as cached_tokens
          from counted c
          full join standing s using (tenant_id, day, inbox_id, agent_type, model)
         where (s.tenant_id is null
                or (s.messages_in, s.messages_out, s.input_tokens, s.output_tokens, s.cached_tokens) is distinct from
                   (coalesce(c.messages_in, 0), coalesce(c.messages_out, 0), coalesce(c.input_tokens, 0), coalesce(c.output_tokens, 0),
                    coalesce(c.cached_tokens, 0))
                or c.tenant_id is null and s.embedding_tokens = 0)
           and not exists (select from prosa.usage_closed x where x.tenant_id = coalesce(c.tenant_id, s.tenant_id) and day < x.before)
    ), removed as (
        delete from prosa.usage_daily u
         using difference d
         where not d.is_counted and d.embedding_tokens = 0 and u.embedding_tokens = 0
           and (u.tenant_id, u.day, u.inbox_id, u.agent_type, u.model) = (d.tenant_id, d.day, d.inbox_id, d.agent_type, d.model)
        returning u.tenant_id
    ), corrected as (
        insert into prosa.usage_daily as u (tenant_id, day, inbox_id, agent_type, model, messages_in, messages_out, input_tokens,
            output_tokens, cached_tokens)
        select d.tenant_id, d.day, d.inbox_id, d.agent_type, d.model, d.messages_in, d.messages_out, d.input_tokens, d.output_tokens,
               d.cached_tokens
          from difference d where d.is_counted or d.embedding_tokens > 0 order by 1, 2, 3, 4, 5
        on conflict on constraint usage_daily_pkey do update
           set messages_in = excluded.messages_in, messages_out = excluded.messages_out, input_tokens = excluded.input_tokens,
               output_tokens = excluded.output_tokens, cached_tokens = excluded.cached_tokens
        returning u.tenant_id
    )
    select count(*), array_agg(distinct x.tenant_id) into v_changed, v_tenants
      from (select r.tenant_id from removed r union all select c.tenant_id from corrected c) x;
    perform prosa._refresh_quota_blocks(v_tenants);

    select count(*) as tenants, max(c.before) as before into v_kept from prosa.usage_closed c
     where c.before > from_day and (p_tenant_id is null or c.tenant_id = p_tenant_id);
    if v_kept.tenants > 0 then
        raise notice 'days before % at the latest are left as they are for % tenant(s): their messages are gone', v_kept.before, v_kept.tenants;
    end if;
    perform prosa._audit(p_tenant_id, 'recalculate', 'recalculate_consumption',
        p_after => jsonb_build_object('from', from_day, 'to', to_day, 'changed', v_changed));
    return v_changed;
end
$$;
comment on function prosa.recalculate_consumption(date, date, uuid) is
'Counts the messages of these days (UTC, both included) anew and puts the daily sums right where they differ: of one tenant, or of all when p_tenant_id is null. When nothing was damaged, nothing changes. It may run while messages are recorded; settling waits until it commits. Embedding tokens stay, since no message tells of them; so do days whose messages retention has begun to remove, which a NOTICE says. Noted in audit_log.
Result: how many sums changed.
Errors: 22023 no such days; 25000 at another isolation level than READ COMMITTED.
Example: select prosa.recalculate_consumption(''2026-03-01'', ''2026-03-31'');';
