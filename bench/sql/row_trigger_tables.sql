-- The way most schemas of this kind go: a row trigger gives the index by max() + 1, another adds to one counter row of the inbox
-- and day; row security trusts a plain setting. No full text, no external id, no conversation state.
create table bench.conversation_keys (id uuid primary key);
insert into bench.conversation_keys select id from bench.conversations;
create table bench.counted_messages (
    id uuid not null default gen_random_uuid(),
    tenant_id uuid not null,
    conversation_id uuid not null references bench.conversation_keys (id),
    inbox_id uuid not null,
    message_index integer not null,
    role text not null check (role in ('user', 'assistant', 'system', 'tool')),
    content text not null,
    input_tokens integer not null default 0,
    output_tokens integer not null default 0,
    tool_calls jsonb,
    metadata jsonb not null default '{}',
    created_at timestamptz not null default now(),
    primary key (id, created_at)
) partition by range (created_at);
create index on bench.counted_messages (tenant_id, created_at desc);
create index on bench.counted_messages (conversation_id, message_index);
create index on bench.counted_messages using gin (tool_calls);
create table bench.counters (
    tenant_id uuid not null,
    inbox_id uuid not null,
    day date not null,
    message_count bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    primary key (tenant_id, inbox_id, day)
);
do $$
declare
    v_month timestamptz;
begin
    set local timezone = 'UTC';
    for v_month in select generate_series(date_trunc('month', now()) - interval '23 months', date_trunc('month', now()), '1 month') loop
        execute format('create table bench.%I partition of bench.counted_messages for values from (%L) to (%L)',
            'counted_messages_' || to_char(v_month, 'YYYY_MM'), v_month, v_month + interval '1 month');
    end loop;
end
$$;
create function bench.give_index() returns trigger language plpgsql as $$
begin
    new.message_index := (select coalesce(max(m.message_index), 0) + 1 from bench.counted_messages m where m.conversation_id = new.conversation_id);
    return new;
end
$$;
create trigger give_index before insert on bench.counted_messages for each row execute function bench.give_index();
create function bench.count_message() returns trigger language plpgsql as $$
begin
    insert into bench.counters as c (tenant_id, inbox_id, day, message_count, input_tokens, output_tokens)
    values (new.tenant_id, new.inbox_id, new.created_at::date, 1, new.input_tokens, new.output_tokens)
    on conflict (tenant_id, inbox_id, day) do update
       set message_count = c.message_count + 1,
           input_tokens = c.input_tokens + excluded.input_tokens,
           output_tokens = c.output_tokens + excluded.output_tokens;
    return null;
end
$$;
create trigger count_message after insert on bench.counted_messages for each row execute function bench.count_message();
alter table bench.counted_messages enable row level security;
alter table bench.counters enable row level security;
create policy tenant_isolation on bench.counted_messages using (tenant_id = current_setting('app.tenant_id')::uuid);
create policy tenant_isolation on bench.counters using (tenant_id = current_setting('app.tenant_id')::uuid);
grant select, insert, update on bench.counted_messages, bench.counters to prosa_bench_app;
