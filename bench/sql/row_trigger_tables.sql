-- The way of a row trigger: one trigger gives the index by max() + 1, another adds to one counter row of the inbox and day; row
-- security trusts a plain setting. Nothing makes a redelivery harmless, and the conversation keeps no state.
create table bench.counted_messages (like bench.messages including defaults including constraints) partition by range (created_at);
alter table bench.counted_messages add primary key (tenant_id, created_at, id);
create index on bench.counted_messages (conversation_id, message_index);
create index on bench.counted_messages using gin (search_text);
alter table bench.counted_messages add foreign key (tenant_id, conversation_id) references bench.conversations_copy (tenant_id, id);

-- the least: neither full text nor external id nor sender
create table bench.lean_messages (
    tenant_id uuid not null,
    created_at timestamptz not null,
    id uuid not null,
    conversation_id uuid not null,
    inbox_id uuid not null,
    message_index bigint not null,
    role text not null check (role in ('user', 'assistant', 'system', 'tool')),
    content text not null,
    input_tokens integer not null default 0,
    output_tokens integer not null default 0,
    tool_calls jsonb,
    metadata jsonb not null default '{}',
    primary key (id, created_at),
    foreign key (tenant_id, conversation_id) references bench.conversations_copy (tenant_id, id)
) partition by range (created_at);
create index on bench.lean_messages (tenant_id, created_at desc);
create index on bench.lean_messages (conversation_id, message_index);
create index on bench.lean_messages using gin (tool_calls);

create table bench.counters (
    tenant_id uuid not null,
    inbox_id uuid not null,
    day date not null,
    message_count bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    primary key (tenant_id, inbox_id, day)
);
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
do $$
declare
    v_name text;
    v_month timestamptz;
begin
    set local timezone = 'UTC';
    foreach v_name in array array['counted', 'lean'] loop
        for v_month in select generate_series(date_trunc('month', now()) - interval '23 months', date_trunc('month', now()), '1 month') loop
            execute format('create table bench.%I partition of bench.%I for values from (%L) to (%L)',
                v_name || '_messages_' || to_char(v_month, 'YYYY_MM'), v_name || '_messages', v_month, v_month + interval '1 month');
        end loop;
        execute format('create function bench.%I() returns trigger language plpgsql as $f$
            begin
                new.message_index := (select coalesce(max(m.message_index), 0) + 1 from bench.%I m where m.conversation_id = new.conversation_id);
                return new;
            end $f$', v_name || '_index', v_name || '_messages');
        execute format('create trigger give_index before insert on bench.%I for each row execute function bench.%I()', v_name || '_messages', v_name || '_index');
        execute format('create trigger count_message after insert on bench.%I for each row execute function bench.count_message()', v_name || '_messages');
        execute format('alter table bench.%I enable row level security', v_name || '_messages');
        execute format('create policy tenant_isolation on bench.%I using (tenant_id = current_setting(''app.tenant_id'')::uuid)', v_name || '_messages');
    end loop;
end
$$;
alter table bench.counters enable row level security;
create policy tenant_isolation on bench.counters using (tenant_id = current_setting('app.tenant_id')::uuid);
grant select, insert, update on bench.counted_messages, bench.lean_messages, bench.counters to prosa_bench_app;
