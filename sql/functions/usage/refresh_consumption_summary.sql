create or replace function prosa.refresh_consumption_summary()
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_deltas bigint;
begin
    -- one at a time; readers and writers go on, and see the same sums before, during and after
    perform pg_advisory_xact_lock(hashtextextended('prosa.refresh_consumption_summary', 0));
    with moved as (
        delete from prosa.usage_deltas d where d.tenant_id is not null
        returning d.tenant_id, d.day, d.inbox_id, d.agent_type, d.messages_in, d.messages_out, d.input_tokens, d.output_tokens
    ), summed as (
        insert into prosa.usage_daily as u (tenant_id, day, inbox_id, agent_type, messages_in, messages_out, input_tokens, output_tokens)
        select m.tenant_id, m.day, m.inbox_id, m.agent_type,
               sum(m.messages_in), sum(m.messages_out), sum(m.input_tokens), sum(m.output_tokens)
          from moved m group by 1, 2, 3, 4 order by 1, 2, 3, 4
        on conflict on constraint usage_daily_pkey do update
           set messages_in = u.messages_in + excluded.messages_in,
               messages_out = u.messages_out + excluded.messages_out,
               input_tokens = u.input_tokens + excluded.input_tokens,
               output_tokens = u.output_tokens + excluded.output_tokens
    )
    select count(*) into v_deltas from moved;
    return v_deltas;
end
$$;
comment on function prosa.refresh_consumption_summary() is
'Adds the consumption deltas to the daily sums, so that reading them stays fast. What consumption_inbox_daily and mv_tenant_consumption_summary show is exact with or without it. Returns the number of deltas added.
Example: select prosa.refresh_consumption_summary();';
