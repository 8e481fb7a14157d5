#!/usr/bin/env bash
# Consumption stays exact while everybody writes, settles, embeds and recalculates at once; the job commits batch by batch.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
needs_pgbench

db=''   # new_database sets it
new_database db
sql "$db" "set client_min_messages = warning" "
insert into prosa.plans (code, retention_days, monthly_messages) values ('limited', 900, 500);
do \$\$
declare
    v_tenant uuid;
    v_name text;
    v_inbox uuid;
begin
    foreach v_name in array array['busy', 'other', 'limited'] loop
        v_tenant := prosa.create_tenant(v_name, case v_name when 'limited' then 'limited' else 'enterprise' end, v_name);
        perform prosa.set_tenant(v_tenant);
        for i in 1..3 loop
            v_inbox := prosa.create_inbox(v_name || i);
            perform prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('550000000000' || j)) from generate_series(1, 4) j;
        end loop;
    end loop;
end
\$\$"
tenant() { sql "$db" "select id from prosa.tenants where slug = '$1'"; }
busy=$(tenant busy) other=$(tenant other) limited=$(tenant limited)
busy_key=$(sql "$db" "select prosa.create_api_key('$busy', 'k')")
other_key=$(sql "$db" "select prosa.create_api_key('$other', 'k')")
limited_key=$(sql "$db" "select prosa.create_api_key('$limited', 'k')")
as_app() { echo "begin;
set local role prosa_app;
select tenant_id from prosa.authenticate('$1');"; }
any="(select id from prosa.conversations order by created_at, id offset :n % 12 limit 1)"

# what the messages say, and what the views do
truth="select tenant_id, inbox_id, (created_at at time zone 'UTC')::date as day, coalesce(agent_type, 'none') as agent_type, coalesce(model, 'none') as model,
    count(*) filter (where role = 'user') as messages_in, count(*) filter (where role in ('assistant', 'operator')) as messages_out,
    sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens, sum(cached_tokens)::bigint as cached_tokens from prosa.messages group by 1, 2, 3, 4, 5"
shown="select tenant_id, inbox_id, day, agent_type, model, messages_in, messages_out, input_tokens, output_tokens, cached_tokens from prosa.consumption_model_daily
    where messages_in + messages_out + input_tokens + output_tokens > 0"
differences="select count(*) from ((($truth) except ($shown)) union all (($shown) except ($truth))) x"

# ---- 8 writers (single, batches, redeliveries, rollbacks, yesterday and today), while others settle, embed and recalculate
writer() { echo "\\set n random(0, 1000000)
\\set day random(0, 2)
$(as_app "$1")
select prosa.record_message($any, case :n % 3 when 0 then 'user' when 1 then 'assistant' else 'tool' end, 'one of many', case when :n % 2 = 0 then 'S' || :n % 400 end,
    now() - :day * interval '1 day', :n % 100, :n % 50, case when :n % 3 = 1 then 'm' || :n % 2 end, case when :n % 5 = 0 then 'SDR' end, cached_tokens => :n % 100 / 2);
$2;"; }
batch() { echo "\\set n random(0, 1000000)
\\set day random(0, 2)
$(as_app "$1")
select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', c.id, 'role', 'assistant', 'content', 'batch', 'model', 'm1', 'output_tokens', 2, 'input_tokens', 3,
    'external_id', case when c.id::text < '8' then 'B' || :n % 300 || c.id end, 'created_at', now() - :day * interval '1 day')) from prosa.conversations c));
$2;"; }
# apart from the writers, so that settling has its turn: it leaves the field to whoever recalculates
aside() { # NAME CLIENTS SCRIPT…: in the background, until come_back
    local name=$1 clients=$2 script arguments=()
    shift 2
    for script; do
        printf '%s\n' "$script" >"$SCRATCH/$name.${#arguments[@]}"
        arguments+=(-f "$SCRATCH/$name.${#arguments[@]}")
    done
    pgbench -n -c "$clients" -T "$SECONDS_ASIDE" "${arguments[@]}" "$db" >"$SCRATCH/$name" 2>&1 &
    ASIDE+=("$!:$name")
}
come_back() { # DESCRIPTION: passes when none of them failed
    local each output=''
    for each in "${ASIDE[@]}"; do
        wait "${each%%:*}" || output+=$(cat "$SCRATCH/${each##*:}")
    done
    ASIDE=()
    if [[ -z $output ]]; then pass "$1"; else fail "$1" "$output"; fi
}
ASIDE=() SECONDS_ASIDE=10
recalculate="begin;
set local role prosa_admin;
select prosa.recalculate_consumption(now()::date - 3, now()::date + 1);
commit;
\\sleep 300 ms"
aside settle 2 "set role prosa_worker;
call prosa.settle_messages();
reset role;
\\sleep 50 ms" "begin;
set local role prosa_worker;
select prosa.refresh_consumption_summary();
rollback;
\\sleep 50 ms"
aside embed 2 "begin;
set local role prosa_worker;
select prosa.store_embeddings(x.tenant_id, 'vectors', x.items, 1000) from (
    select c.tenant_id, jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'embedding', '[1,2,3]')) as items from prosa.claim_embeddings(20) c group by 1) x;
commit;"
aside recalculate 1 "$recalculate"
ok "8 writers, while others settle, embed and recalculate: no transaction fails" pgbench -n -c 8 -j 2 -T 10 \
    -f <(writer "$busy_key" commit)@8 -f <(writer "$other_key" commit)@4 -f <(writer "$busy_key" rollback)@2 -f <(batch "$busy_key" commit)@2 -f <(batch "$other_key" rollback)@1 "$db"
come_back "nor does one of the others"
is "$(sql "$db" "select count(*) > 1000, count(*) > (select count(*) from prosa.message_outbox) from prosa.messages")" "t|t" "much was recorded, and some of it settled"
is "$(sql "$db" "$differences")" 0 "what is shown equals the messages, some of which wait to be settled"
is "$(sql "$db" "select prosa.recalculate_consumption('2000-01-01', now()::date + 1)")" 0 "and recalculating changes nothing"
sql "$db" "select prosa.refresh_consumption_summary()" >/dev/null
is "$(sql "$db" "select count(*) from prosa.message_outbox")|$(sql "$db" "$differences")" "0|0" "also when everything is settled"
is "$(sql "$db" "select count(*) from prosa.message_ledger l join prosa.messages m on m.tenant_id = l.tenant_id and m.created_at = l.created_at and m.id = l.message_id")" \
    "$(sql "$db" "select count(*) from prosa.messages where external_id is not null")" "every external id is in the ledger, once"
is "$(sql "$db" "select sum(embedding_tokens) % 1000, sum(embedding_tokens) > 0 from prosa.usage_daily")" "0|t" "no token of an embedding was lost"

# ---- sums that are falsified while others write are mended while others write
damage="update prosa.usage_daily set messages_in = messages_in + 1000, output_tokens = 0 where day = now()::date"
sql "$db" "$damage" "delete from prosa.usage_daily where day = now()::date - 1 and embedding_tokens = 0" >/dev/null
SECONDS_ASIDE=4
aside recalculate 1 "$recalculate"
aside settle 1 "call prosa.settle_messages();
\\sleep 50 ms"
ok "8 writers beside the recalculation of damaged sums" pgbench -n -c 8 -j 2 -T 4 -f <(writer "$busy_key" commit)@6 -f <(batch "$other_key" commit)@2 "$db"
come_back "which works"
is "$(sql "$db" "$differences")" 0 "they are right again, and what came meanwhile is counted"

# ---- retention beside it: closed days do not shrink
sql "$db" "begin" "select prosa.set_tenant('$busy')" "select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', (select id from prosa.conversations where tenant_id = '$busy' limit 1),
    'role', 'user', 'content', 'old', 'created_at', now() - i * interval '1 hour')) from generate_series(100, 1099) i))" "commit" "select prosa.refresh_consumption_summary()" >/dev/null
before=$(sql "$db" "select sum(messages_in) from prosa.usage_daily where tenant_id = '$busy' and day < now()::date - 4")
sql "$db" "update prosa.plans set retention_days = 10 where code = 'enterprise'" >/dev/null
ok "retention and recalculation at once" pgbench -n -c 4 -j 2 -t 5 -f <(echo "begin; set local role prosa_worker; select prosa.cleanup_old_messages(); commit;") \
    -f <(echo "begin; set local role prosa_admin; select prosa.recalculate_consumption('2020-01-01', now()::date + 1); commit;") "$db"
is "$(sql "$db" "select sum(messages_in) from prosa.usage_daily where tenant_id = '$busy' and day < now()::date - 4")" "$before" "no sum shrinks with its messages"
is "$(sql "$db" "select count(*) < 300 from prosa.messages where tenant_id = '$busy' and content = 'old'")" t "most of which are gone"

# ---- the job: batches, each committed; nobody else is kept waiting
sql "$db" "begin" "select prosa.set_tenant('$other')" "select count(*) from generate_series(1, 3) x, lateral prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', (select id from prosa.conversations where tenant_id = '$other' limit 1),
    'role', 'user', 'content', 'x')) from generate_series(1, 8000 + x) i))" "commit" >/dev/null
ok "the job settles" psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "set role prosa_worker" -c "call prosa.settle_messages('0 seconds')"
is "$(sql "$db" "select count(*) from prosa.message_outbox")" 14006 "within its time limit: one batch of 10,000 is committed"
sql "$db" "call prosa.settle_messages()" >/dev/null
is "$(sql "$db" "select count(*) from prosa.message_outbox")|$(sql "$db" "$differences where tenant_id = '$other'")" "0|0" "the next run takes the rest"
refused 2D000 "$db" "begin; call prosa.settle_messages()" "it wants no transaction around it when there is something to commit"
refused 42501 "$db" "set role prosa_app; call prosa.settle_messages()" "an application does not run it"
refused 25000 "$db" "begin isolation level repeatable read; select prosa.recalculate_consumption('2026-01-01', '2026-01-01')" "recalculating wants to see what others commit"

# ---- a quota: past it by no more than what was not settled, and never a contact's message
ok "8 clients write to a tenant with a quota of 500 while the job runs" pgbench -n -c 9 -j 2 -T 6 -f <(echo "\\set n random(0, 1000000)
do \$\$
begin
    perform prosa.authenticate('$limited_key');
    begin
        perform prosa.record_message((select id from prosa.conversations where tenant_id = '$limited' limit 1), 'assistant', 'answer');
    exception when configuration_limit_exceeded then
        perform prosa.record_message((select id from prosa.conversations where tenant_id = '$limited' limit 1), 'user', 'refused');
    end;
end
\$\$;")@8 -f <(echo "call prosa.settle_messages();
\\sleep 100 ms")@1 "$db"
is "$(sql "$db" "select count(*) filter (where role = 'assistant') >= 500, count(*) filter (where role = 'user') > 0 from prosa.messages where tenant_id = '$limited'")" "t|t" "answers end, contacts go on"
diag "answers recorded with a quota of 500: $(sql "$db" "select count(*) from prosa.messages where tenant_id = '$limited' and role = 'assistant'")"
is "$(sql "$db" "select state from prosa.quota_status where tenant_id = '$limited' and metric = 'messages'")" exceeded "and it is seen"
finish
