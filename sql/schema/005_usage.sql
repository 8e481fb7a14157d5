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
    embedding_tokens bigint not null default 0,
    constraint usage_daily_pkey primary key (tenant_id, day, inbox_id, agent_type, model)
-- today's rows are updated over and over, within their pages
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
comment on table prosa.usage_daily is
'Consumption summed by day (UTC), agent type and model (none where there is none): what settle_messages() has taken out of message_outbox, and the tokens of embeddings.';
comment on column prosa.usage_daily.cached_tokens is 'How many of input_tokens the endpoint read from its cache.';
comment on column prosa.usage_daily.embedding_tokens is 'Tokens that were embedded on that day, under the embedding model and agent type none; not part of input_tokens.';
comment on column prosa.usage_daily.inbox_id is 'The message''s inbox; for a memory the default inbox, or the zero uuid of a tenant that has none.';

create table prosa.usage_closed (
    tenant_id uuid not null,
    before date not null,
    constraint usage_closed_pkey primary key (tenant_id),
    constraint usage_closed_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade
);
comment on table prosa.usage_closed is
'From which day on a tenant''s messages are all still there. Sums of days before it cannot be counted again: recalculate_consumption() leaves them as they are.';

create table prosa.quota_blocks (
    tenant_id uuid not null,
    until timestamptz not null,
    constraint quota_blocks_pkey primary key (tenant_id),
    constraint quota_blocks_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade
);
comment on table prosa.quota_blocks is
'Tenants that have used up a quota of their plan, until the month ends. All that recording a message looks at; written when messages are settled and when a plan changes.';

create trigger tenants_quota after update of plan on prosa.tenants
    for each row when (old.plan <> new.plan) execute function prosa._apply_tenant_quota();
comment on trigger tenants_quota on prosa.tenants is 'Holds a tenant to the quotas of its new plan at once.';
create trigger plans_quota after update of monthly_messages, monthly_tokens on prosa.plans
    for each row when ((old.monthly_messages, old.monthly_tokens) is distinct from (new.monthly_messages, new.monthly_tokens))
    execute function prosa._apply_plan_quota();
comment on trigger plans_quota on prosa.plans is 'Holds the tenants of a plan to its new quotas at once.';

create table prosa.model_prices (
    model text not null,
    valid_from date not null,
    currency text not null,
    input_price numeric,
    cached_input_price numeric,
    output_price numeric,
    embedding_price numeric,
    constraint model_prices_pkey primary key (model, valid_from),
    constraint model_prices_model_check check (length(model) between 1 and 200),
    constraint model_prices_currency_check check (currency ~ '^[A-Z]{3}$'),
    constraint model_prices_price_check check (
        least(input_price, cached_input_price, output_price, embedding_price) >= 0
        -- which NaN is not
        and greatest(input_price, cached_input_price, output_price, embedding_price) < 'Infinity'
        and num_nonnulls(input_price, output_price, embedding_price) > 0 and (cached_input_price is null or input_price is not null))
);
comment on table prosa.model_prices is
'What 1,000,000 tokens of a model cost from a day (UTC) on, until the next price of the same model. Costs are computed when they are read, so a corrected price corrects the past. A reference table, readable by all; set_model_price() writes it.';
comment on column prosa.model_prices.model is 'The model as messages and embeddings name it, which is as the endpoint answers.';
comment on column prosa.model_prices.currency is 'ISO 4217, such as USD.';
comment on column prosa.model_prices.cached_input_price is 'For input tokens read from the endpoint''s cache; null: as the others.';

create view prosa.usage_live with (security_invoker = true) as
select d.tenant_id, d.inbox_id, d.day, d.agent_type, d.model,
       d.messages_in, d.messages_out, d.input_tokens, d.output_tokens, d.cached_tokens, d.embedding_tokens
  from prosa.usage_daily d
union all
select o.tenant_id, o.inbox_id, (o.created_at at time zone 'UTC')::date, coalesce(o.agent_type, 'none'), coalesce(o.model, 'none'),
       (o.role = 'user')::integer, (o.role in ('assistant', 'operator'))::integer, o.input_tokens, o.output_tokens, o.cached_tokens, 0
  from prosa.message_outbox o;
comment on view prosa.usage_live is
'The daily sums, and each message that is not in them yet: what every view of consumption adds up. In: role user; out: assistant and operator.';

create view prosa.consumption_model_daily with (security_invoker = true) as
select u.tenant_id, u.inbox_id, u.day, u.agent_type, u.model,
       u.messages_in, u.messages_out, u.input_tokens, u.output_tokens, u.cached_tokens, u.embedding_tokens,
       p.currency,
       (coalesce((u.input_tokens - u.cached_tokens) * p.input_price, 0)
        + coalesce(u.cached_tokens * coalesce(p.cached_input_price, p.input_price), 0)
        + coalesce(u.output_tokens * p.output_price, 0)
        + coalesce(u.embedding_tokens * p.embedding_price, 0)) * 0.000001 as cost,
       case when p.input_price is null then u.input_tokens else 0 end
       + case when p.output_price is null then u.output_tokens else 0 end
       + case when p.embedding_price is null then u.embedding_tokens else 0 end as unpriced_tokens
  from (select l.tenant_id, l.inbox_id, l.day, l.agent_type, l.model,
               sum(l.messages_in)::bigint as messages_in,
               sum(l.messages_out)::bigint as messages_out,
               sum(l.input_tokens)::bigint as input_tokens,
               sum(l.output_tokens)::bigint as output_tokens,
               sum(l.cached_tokens)::bigint as cached_tokens,
               sum(l.embedding_tokens)::bigint as embedding_tokens
          from prosa.usage_live l
         group by l.tenant_id, l.inbox_id, l.day, l.agent_type, l.model) u
  left join (
        -- each price with the day it ends, so that all days find theirs in one hash join
        select x.*, lead(x.valid_from, 1, 'infinity') over (partition by x.model order by x.valid_from) as valid_to
          from prosa.model_prices x) p on p.model = u.model and u.day >= p.valid_from and u.day < p.valid_to;
comment on view prosa.consumption_model_daily is
'Messages, tokens and their cost by inbox, day (UTC), agent type and model, exact at every moment. cost: in currency, by the price of that day (model_prices); of an unknown model 0, its tokens are unpriced_tokens.';

create view prosa.consumption_inbox_daily with (security_invoker = true) as
select c.tenant_id, c.inbox_id, c.day, c.agent_type,
       sum(c.messages_in)::bigint as messages_in,
       sum(c.messages_out)::bigint as messages_out,
       sum(c.messages_in + c.messages_out)::bigint as message_count,
       sum(c.input_tokens)::bigint as input_tokens,
       sum(c.output_tokens)::bigint as output_tokens,
       sum(c.input_tokens + c.output_tokens)::bigint as total_tokens,
       sum(c.cached_tokens)::bigint as cached_tokens,
       sum(c.embedding_tokens)::bigint as embedding_tokens,
       case when count(c.currency) < 2 then sum(c.cost) end as cost,
       case when count(c.currency) = 1 then min(c.currency) end as currency,
       coalesce(jsonb_object_agg(c.currency, c.cost) filter (where c.currency is not null), '{}') as costs,
       sum(c.unpriced_tokens)::bigint as unpriced_tokens
  from (select m.tenant_id, m.inbox_id, m.day, m.agent_type, m.currency,
               sum(m.messages_in) as messages_in, sum(m.messages_out) as messages_out, sum(m.input_tokens) as input_tokens,
               sum(m.output_tokens) as output_tokens, sum(m.cached_tokens) as cached_tokens, sum(m.embedding_tokens) as embedding_tokens,
               sum(m.cost) as cost, sum(m.unpriced_tokens) as unpriced_tokens
          from prosa.consumption_model_daily m
         group by m.tenant_id, m.inbox_id, m.day, m.agent_type, m.currency) c
 group by c.tenant_id, c.inbox_id, c.day, c.agent_type;
comment on view prosa.consumption_inbox_daily is
'Messages, tokens and their cost by inbox, day (UTC) and agent type (none where no agent wrote), exact at every moment. In: role user; out: assistant and operator. total_tokens: input and output; cached_tokens are part of the input, embedding_tokens are apart. costs: {currency: amount}; cost and currency: the same where there is one currency at most (0 and null where nothing has a price), null where there are several, which are never added. unpriced_tokens: tokens without a price, which cost does not contain.';

create view prosa.mv_tenant_consumption_summary with (security_invoker = true) as
select c.tenant_id, c.month,
       sum(c.messages_in)::bigint as messages_in,
       sum(c.messages_out)::bigint as messages_out,
       sum(c.messages_in + c.messages_out)::bigint as message_count,
       sum(c.input_tokens)::bigint as input_tokens,
       sum(c.output_tokens)::bigint as output_tokens,
       sum(c.input_tokens + c.output_tokens)::bigint as total_tokens,
       count(distinct c.inbox_id) filter (where c.messages_in + c.messages_out > 0) as active_inboxes,
       sum(c.cached_tokens)::bigint as cached_tokens,
       sum(c.embedding_tokens)::bigint as embedding_tokens,
       case when count(distinct c.currency) < 2 then sum(c.cost) end as cost,
       case when count(distinct c.currency) = 1 then min(c.currency) end as currency,
       coalesce(jsonb_object_agg(c.currency, c.currency_cost) filter (where c.currency is not null), '{}') as costs,
       sum(c.unpriced_tokens)::bigint as unpriced_tokens
  from (select m.tenant_id, date_trunc('month', m.day::timestamp)::date as month, m.inbox_id, m.currency,
               sum(m.messages_in) as messages_in, sum(m.messages_out) as messages_out, sum(m.input_tokens) as input_tokens,
               sum(m.output_tokens) as output_tokens, sum(m.cached_tokens) as cached_tokens, sum(m.embedding_tokens) as embedding_tokens,
               sum(m.cost) as cost, sum(m.unpriced_tokens) as unpriced_tokens,
               -- of all inboxes: each of the currency's rows carries its whole amount
               sum(sum(m.cost)) over (partition by m.tenant_id, date_trunc('month', m.day::timestamp)::date, m.currency) as currency_cost
          from prosa.consumption_model_daily m
         group by m.tenant_id, date_trunc('month', m.day::timestamp)::date, m.inbox_id, m.currency) c
 group by c.tenant_id, c.month;
comment on view prosa.mv_tenant_consumption_summary is
'Consumption by tenant and month; columns as in consumption_inbox_daily. active_inboxes: those with messages. A view over the daily sums, so it is always fresh and under row security, as no materialized view can be.';

create view prosa.quota_status with (security_invoker = true) as
select t.id as tenant_id, m.month, q.metric, q.used, q.quota_limit,
       round(q.used * 100.0 / q.quota_limit, 1) as percent,
       case when q.used >= q.quota_limit then 'exceeded'
            when q.used * 100 >= q.quota_limit * p.quota_warning_percent then 'warning'
            else 'ok' end as state,
       (m.month + interval '1 month') at time zone 'UTC' as resets_at
  from prosa.tenants t
  join prosa.plans p on p.code = t.plan
 cross join (select date_trunc('month', now() at time zone 'UTC')::date as month) m
 cross join lateral (
        select coalesce(sum(l.messages_in + l.messages_out), 0)::bigint as messages,
               coalesce(sum(l.input_tokens + l.output_tokens), 0)::bigint as tokens
          from prosa.usage_live l
         where l.tenant_id = t.id and l.day >= m.month and l.day < m.month + interval '1 month') u
 cross join lateral (values ('messages', u.messages, p.monthly_messages), ('tokens', u.tokens, p.monthly_tokens)) q (metric, used, quota_limit);
comment on view prosa.quota_status is
'What each tenant has used of its plan''s quotas in the current month (UTC), exact at every moment; a row for messages and one for tokens. quota_limit and percent: null where it is unlimited. state: ok, warning (from the plan''s quota_warning_percent on) or exceeded: from then on until resets_at the machine writes no more, and contacts are still heard.';

create view prosa.tenant_metrics with (security_invoker = true) as
select t.id as tenant_id, t.name as tenant_name, t.plan,
       u.total_messages, u.messages_today,
       s.avg_sentiment, s.avg_satisfaction, s.positive_pct,
       i.inboxes, i.active_connections,
       c.month_messages, c.month_input_tokens, c.month_output_tokens, c.month_embedding_tokens,
       c.month_cost, c.month_currency, c.month_costs, c.month_unpriced_tokens
  from prosa.tenants t
 cross join (select date_trunc('month', now() at time zone 'UTC')::date as month, (now() at time zone 'UTC')::date as today) d
 cross join lateral (
        select coalesce(sum(l.messages_in + l.messages_out), 0)::bigint as total_messages,
               coalesce(sum(l.messages_in + l.messages_out) filter (where l.day = d.today), 0)::bigint as messages_today
          from prosa.usage_live l where l.tenant_id = t.id) u
 cross join lateral (
        select avg(m.sentiment) as avg_sentiment, avg(m.satisfaction) as avg_satisfaction,
               count(*) filter (where m.sentiment > 0.1) * 100.0 / nullif(count(m.sentiment), 0) as positive_pct
          from prosa.messages m where m.tenant_id = t.id and m.created_at >= now() - interval '30 days') s
 cross join lateral (
        select count(*) as inboxes, count(*) filter (where x.connection_state = 'open') as active_connections
          from prosa.inboxes x where x.tenant_id = t.id) i
 cross join lateral (
        select coalesce(sum(y.message_count), 0)::bigint as month_messages,
               coalesce(sum(y.input_tokens), 0)::bigint as month_input_tokens,
               coalesce(sum(y.output_tokens), 0)::bigint as month_output_tokens,
               coalesce(sum(y.embedding_tokens), 0)::bigint as month_embedding_tokens,
               case when count(y.currency) < 2 then coalesce(sum(y.cost), 0) end as month_cost,
               case when count(y.currency) = 1 then min(y.currency) end as month_currency,
               coalesce(jsonb_object_agg(y.currency, y.cost) filter (where y.currency is not null), '{}') as month_costs,
               coalesce(sum(y.unpriced_tokens), 0)::bigint as month_unpriced_tokens
          from (select m.currency, sum(m.messages_in + m.messages_out) as message_count, sum(m.input_tokens) as input_tokens,
                       sum(m.output_tokens) as output_tokens, sum(m.embedding_tokens) as embedding_tokens, sum(m.cost) as cost,
                       sum(m.unpriced_tokens) as unpriced_tokens
                  from prosa.consumption_model_daily m
                 where m.tenant_id = t.id and m.day >= d.month and m.day < d.month + interval '1 month'
                 group by m.currency) y) c;
comment on view prosa.tenant_metrics is
'One row a tenant. total_messages: in and out, ever, also those that retention has removed; messages_today and month_…: of the current day and month (UTC). avg_sentiment (-1 to 1), avg_satisfaction (0 to 100) and positive_pct (sentiment above 0.1, per cent of the analysed): of the last 30 days, null when nothing was analysed. active_connections: inboxes whose instance reports that it is open. month_cost, month_currency, month_costs, month_unpriced_tokens: as in consumption_inbox_daily.';
