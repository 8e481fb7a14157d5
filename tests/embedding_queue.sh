#!/usr/bin/env bash
# The embedding queue with several sessions: no item twice, one caller finds out, and claims that stay fast while a snapshot is held.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"
needs_pgbench
new_database db
sql "$db" "set client_min_messages = warning" "select prosa.set_config_value('embedding_provider', '{\"protocol\": \"mock\", \"model\": \"m\", \"dimensions\": 3}')" \
    "create table public.claimed (tenant_id uuid, item_id uuid, is_probe boolean, primary key (tenant_id, item_id))" \
    "grant all on public.claimed to prosa_worker" \
    "create function public.remember(p_tenant text, p_count integer) returns void language sql as \$\$
with made as (
    insert into prosa.memory_chunks (tenant_id, id, kind, natural_key, content, search_text)
    select t.id, prosa._uuid_v7(clock_timestamp()), 'note', gen_random_uuid()::text, 'note ' || i, '' from generate_series(1, p_count) i join prosa.tenants t on t.slug = p_tenant
    returning tenant_id, id, created_at)
insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at) select m.tenant_id, 'memory', m.id, m.created_at from made m \$\$" \
    "select prosa.create_tenant(n, 'enterprise', n) from unnest(array['large', 'small', 'other']) n" \
    "select public.remember('large', 3000), public.remember('small', 5), public.remember('other', 400)" \
    "select prosa._find_turns(true)" >/dev/null

# ---- several at once
claim="begin;
set local role prosa_worker;
insert into public.claimed select c.tenant_id, c.item_id, c.is_probe from prosa.claim_embeddings(16) c;
commit;"
run "$db" "8 clients claim at once" 8 10 "$claim"
is "$(sql "$db" "select count(*) > 1000 from public.claimed")" t "they get work"
is "$(sql "$db" "select count(*) from public.claimed c join prosa.tenants t on t.id = c.tenant_id and t.slug = 'small'")" 5 "a tenant with five items is not starved by one with thousands"
is "$(sql "$db" "select count(*) from prosa.embedding_queue q where q.is_leased <> exists (select from public.claimed c where c.item_id = q.item_id) or q.attempts <> q.is_leased::integer")" 0 "each item is claimed once, or waits"
run "$db" "8 clients claim the rest" 8 60 "$claim"
is "$(sql "$db" "select count(*) from public.claimed")|$(sql "$db" "select count(*) from prosa.claim_embeddings()")" "3405|0" "nothing is left, and nothing was claimed twice"

# ---- a claim that is rolled back, and one whose worker dies
sql "$db" "truncate public.claimed" "delete from prosa.embedding_queue" "select public.remember('large', 100)" \
    "begin; select count(*) from prosa.claim_embeddings(40); rollback" >/dev/null
is "$(sql "$db" "select count(*) from prosa.claim_embeddings(200)")" 100 "what a transaction claimed that did not commit is due"
is "$(sql "$db" "select count(*) from prosa.claim_embeddings(200)")" 0 "what is leased is not"
sql "$db" "update prosa.embedding_queue set available_at = clock_timestamp() + interval '1 second'" "update prosa.embedding_turns set rescan_at = '-infinity'" "select pg_sleep(1.1)" >/dev/null
is "$(sql "$db" "select count(*) from prosa.claim_embeddings(200)")" 100 "when its lease has ended it is due again"

# ---- a pause that is over
sql "$db" "delete from prosa.embedding_queue" "select public.remember('large', 300), public.remember('small', 300), public.remember('other', 300)" \
    "with c as materialized (select * from prosa.claim_embeddings(1)) select prosa.fail_embeddings(c.tenant_id, jsonb_build_array(jsonb_build_object('kind', c.kind, 'item_id', c.item_id)), 'down', 'endpoint', '1 second', c.provider) from c" >/dev/null
is "$(sql "$db" "select count(*) from prosa.claim_embeddings()")" 0 "nobody calls an endpoint that is paused"
sql "$db" "select pg_sleep(1.1)" "update prosa.embedding_turns set held_until = '-infinity'" >/dev/null
run "$db" "8 clients want to call it when the pause is over" 8 5 "$claim"
is "$(sql "$db" "select count(*), bool_and(is_probe) from public.claimed")" "1|t" "one of them does, with one item"

# ---- a snapshot is held while 50,000 items flow
sql "$db" "select prosa.resume_embeddings()" "truncate public.claimed" "truncate prosa.embedding_queue, prosa.embedding_turns" "select public.remember('large', 50000)" "analyze prosa.memory_chunks" \
    "create procedure public.flow(p_batches integer) language plpgsql as \$\$
declare
    v_claim record;
begin
    for i in 1..p_batches loop
        select jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'embedding', '[1,2,3]')) as items, min(c.tenant_id::text)::uuid as tenant_id
          into v_claim from prosa.claim_embeddings(100) c;
        commit;
        perform prosa.store_embeddings(v_claim.tenant_id, 'm', v_claim.items);
        commit;
    end loop;
end
\$\$" >/dev/null
# pages that a claim of 64 reads, a measure that load does not change
pages() {
    sql "$db" "set client_min_messages = warning" "call public.flow(3)" "update prosa.embedding_turns set rescan_at = 'infinity'" "update prosa.embedding_scan set next_at = 'infinity'" \
        "begin; explain (analyze, buffers, costs off, timing off, format json) select * from prosa.claim_embeddings(64); rollback" |
        sed -n 's/.*"Shared Hit Blocks": \([0-9]*\).*/\1/p' | head -n 1
}
coproc HOLDER { psql -XqAt -d "$db"; }
echo "begin isolation level repeatable read; select count(*) from prosa.embedding_queue;" >&"${HOLDER[1]}"
read -r held <&"${HOLDER[0]}"
is "$held" 50000 "a snapshot is held"
first=$(pages)
sql "$db" "update prosa.embedding_turns set rescan_at = '-infinity'" "update prosa.embedding_scan set next_at = '-infinity'" "call public.flow(490)" >/dev/null
last=$(pages)
is "$(sql "$db" "select count(*) from prosa.embedding_queue")" 400 "nearly all are embedded"
is "$((last < 2 * first))" 1 "a claim reads $last pages behind 100,000 dead rows, $first at the start"
is "$(sql "$db" "select count(*) from prosa.embedding_queue q where q.attempts > 1")" 0 "no item was claimed twice"
sql "$db" "select pg_sleep(1)" >/dev/null
dead=$(sql "$db" "select n_dead_tup from pg_stat_user_tables where relid = 'prosa.embedding_queue'::regclass")
is "$((dead > 50000 && dead < 125000))" 1 "an item leaves two dead rows: $dead"
echo "select count(*) from prosa.embedding_queue; commit; \\q" >&"${HOLDER[1]}"
read -r held <&"${HOLDER[0]}"
is "$held" 50000 "the snapshot saw none of it"
sql "$db" "update prosa.embedding_turns set rescan_at = '-infinity'" "update prosa.embedding_scan set next_at = '-infinity'" "call public.flow(4)" >/dev/null
is "$(sql "$db" "select count(*) from prosa.embeddings where kind = 'memory'")" 50000 "in the end each has its vector"
finish
