create table prosa.usage_daily (
    tenant_id uuid not null,
    day date not null,
    inbox_id uuid not null,
    agent_type text not null,
    model text not null,
    messages_in bigint not null default 0,
    messages_out bigint not null default 0,
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    cached_tokens bigint not null default 0,
    constraint usage_daily_pkey primary key (tenant_id, day, inbox_id, agent_type, model)
-- today's rows are updated over and over, within their pages
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
comment on table prosa.usage_daily is 'Consumption summed by day: what settle_messages() has taken out of message_outbox.';

create view prosa.consumption_inbox_daily with (security_invoker = true) as
select u.tenant_id, u.inbox_id, u.day, u.agent_type,
       sum(u.messages_in)::bigint as messages_in,
       sum(u.messages_out)::bigint as messages_out,
       sum(u.messages_in + u.messages_out)::bigint as message_count,
       sum(u.input_tokens)::bigint as input_tokens,
       sum(u.output_tokens)::bigint as output_tokens,
       sum(u.input_tokens + u.output_tokens)::bigint as total_tokens
  from (select d.tenant_id, d.inbox_id, d.day, d.agent_type, d.messages_in, d.messages_out, d.input_tokens, d.output_tokens
          from prosa.usage_daily d
        union all
        select o.tenant_id, o.inbox_id, (o.created_at at time zone 'UTC')::date, coalesce(o.agent_type, 'none'),
               (o.role = 'user')::integer, (o.role in ('assistant', 'operator'))::integer, o.input_tokens, o.output_tokens
          from prosa.message_outbox o) u
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
