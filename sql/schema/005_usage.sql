create table prosa.usage_daily (
    tenant_id uuid not null,
    day date not null,
    inbox_id uuid not null,
    agent_type text not null,
    messages_in bigint not null,
    messages_out bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    constraint usage_daily_pkey primary key (tenant_id, day, inbox_id, agent_type)
);
comment on table prosa.usage_daily is 'Consumption summed by day; refresh_consumption_summary() adds the deltas to it.';

-- append-only, so that writers of one inbox never wait for each other
create table prosa.usage_deltas (
    tenant_id uuid not null,
    id uuid not null,
    day date not null,
    inbox_id uuid not null,
    agent_type text not null,
    messages_in bigint not null,
    messages_out bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    constraint usage_deltas_pkey primary key (tenant_id, id)
);
comment on table prosa.usage_deltas is 'Consumption not yet summed: one row for each statement, inbox, day and agent type that wrote messages.';

create view prosa.consumption_inbox_daily with (security_invoker = true) as
select u.tenant_id, u.inbox_id, u.day, u.agent_type,
       sum(u.messages_in)::bigint as messages_in,
       sum(u.messages_out)::bigint as messages_out,
       sum(u.messages_in + u.messages_out)::bigint as message_count,
       sum(u.input_tokens)::bigint as input_tokens,
       sum(u.output_tokens)::bigint as output_tokens,
       sum(u.input_tokens + u.output_tokens)::bigint as total_tokens
  from (select tenant_id, inbox_id, day, agent_type, messages_in, messages_out, input_tokens, output_tokens
          from prosa.usage_daily
        union all
        select tenant_id, inbox_id, day, agent_type, messages_in, messages_out, input_tokens, output_tokens
          from prosa.usage_deltas) u
 group by u.tenant_id, u.inbox_id, u.day, u.agent_type;
comment on view prosa.consumption_inbox_daily is
'Messages and tokens by inbox, day (UTC) and agent type (none where no agent wrote), exact at every moment. In: role user; out: assistant and operator.';

create view prosa.mv_tenant_consumption_summary with (security_invoker = true) as
select tenant_id, date_trunc('month', day::timestamp)::date as month,
       sum(messages_in)::bigint as messages_in,
       sum(messages_out)::bigint as messages_out,
       sum(message_count)::bigint as message_count,
       sum(input_tokens)::bigint as input_tokens,
       sum(output_tokens)::bigint as output_tokens,
       sum(total_tokens)::bigint as total_tokens,
       count(distinct inbox_id) as active_inboxes
  from prosa.consumption_inbox_daily
 group by tenant_id, date_trunc('month', day::timestamp)::date;
comment on view prosa.mv_tenant_consumption_summary is
'Consumption by tenant and month. A view over the daily sums, so it is always fresh and under row security, as no materialized view can be.';

create trigger messages_count_usage after insert on prosa.messages
    referencing new table as inserted for each statement execute function prosa._count_usage();
comment on trigger messages_count_usage on prosa.messages is 'Counts consumption.';
