create or replace function prosa._count_usage()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_delta record;
begin
    for v_delta in
        select i.tenant_id, (i.created_at at time zone 'UTC')::date as day, i.inbox_id, coalesce(i.agent_type, 'none') as agent_type,
               count(*) filter (where i.role = 'user') as messages_in,
               count(*) filter (where i.role in ('assistant', 'operator')) as messages_out,
               sum(i.input_tokens) as input_tokens, sum(i.output_tokens) as output_tokens
          from inserted i
         group by 1, 2, 3, 4
         order by 1, 2, 3, 4
    loop
        insert into prosa.usage_deltas (tenant_id, id, day, inbox_id, agent_type, messages_in, messages_out, input_tokens, output_tokens)
        values (v_delta.tenant_id, gen_random_uuid(), v_delta.day, v_delta.inbox_id, v_delta.agent_type,
                v_delta.messages_in, v_delta.messages_out, v_delta.input_tokens, v_delta.output_tokens);
    end loop;
    return null;
end
$$;
comment on function prosa._count_usage() is 'Trigger of messages: one consumption delta for each inbox, day and agent type of the statement.';
