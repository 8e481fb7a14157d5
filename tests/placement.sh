#!/usr/bin/env bash
# A space moves to a partition of its own, to a new one and back, over and over, while it is searched and written, and the moves
# are killed at any point: no search is short or waits, nothing is lost, nothing is there twice.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
needs_pgbench

db=''   # new_database sets it
new_database db
sql "$db" "set client_min_messages = warning" "
do \$\$
declare
    v_tenant uuid;
    v_inbox uuid;
    v_slug text;
begin
    foreach v_slug in array array['large', 'small'] loop
        v_tenant := prosa.create_tenant(v_slug, 'enterprise', v_slug);
        perform prosa.set_tenant(v_tenant);
        v_inbox := prosa.create_inbox(v_slug);
        perform prosa.record_messages((
            select jsonb_agg(jsonb_build_object('conversation_id', c.id, 'role', 'user', 'content', format('%s %s', v_slug, n)))
              from (select prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('5500000000' || lpad(i::text, 3, '0'))) as id from generate_series(1, 10) i) c
             cross join generate_series(1, case v_slug when 'large' then 400 else 20 end) n));
    end loop;
end
\$\$" "call prosa.settle_messages()" "
create function public.vector_for(p_item_id uuid) returns text language sql as
\$\$ select array_agg(cos(get_byte(b, n % 16) * (1 + n)))::vector::text from sha256(uuid_send(p_item_id)) b cross join generate_series(1, 32) n \$\$" "
create function public.claim_queue(p_size integer) returns text language sql security definer as \$\$
    select coalesce(jsonb_agg(jsonb_build_object('tenant_id', c.tenant_id, 'kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'embedding', public.vector_for(c.item_id))), '[]')::text
      from prosa.claim_embeddings(p_size) c
\$\$" "
create function public.store_queue(p_items text) returns bigint language sql security definer as \$\$
    select coalesce(sum(prosa.store_embeddings(x.tenant_id, 'test', x.items)), 0) from (
        select (i ->> 'tenant_id')::uuid as tenant_id, jsonb_agg(i) as items from jsonb_array_elements(p_items::jsonb) i group by 1) x
\$\$" "
create procedure public.embed_queue() language plpgsql as \$\$
declare
    v_items text;
begin
    loop
        v_items := public.claim_queue(500);
        commit;
        exit when v_items = '[]';
        perform public.store_queue(v_items);
    end loop;
end
\$\$" >/dev/null
large=$(sql "$db" "select id from prosa.tenants where slug = 'large'")
key=$(sql "$db" "select prosa.create_api_key('$large', 'test')")
sql "$db" "call public.embed_queue()" >/dev/null
is "$(sql "$db" "select count(*) from prosa.embeddings_shared")" 4200 "4,200 vectors share a partition"

threshold() { sql "$db" "select prosa.set_tenant_setting('$large', 'embedding_promotion_rows', '$1')" >/dev/null; }
space="select s.* from prosa.embedding_spaces s where s.tenant_id = '$large'"
# what must hold at any moment, in one snapshot
wrong="select (select count(*) from (select item_id from prosa.embeddings e join ($space) s on s.id = e.space_id and s.segment_id = e.segment_id group by 1 having count(*) > 1) x)
    || ' twice, ' || (select count(*) from prosa.messages m where m.tenant_id = '$large' and m.deleted_at is null
                         and not exists (select from prosa.embeddings e join ($space) s on s.id = e.space_id and s.segment_id = e.segment_id where e.item_id = m.id)
                         and not exists (select from prosa.embedding_queue q where q.item_id = m.id) and not exists (select from prosa.message_outbox o where o.message_id = m.id))
    || ' lost, ' || (select count(*) from prosa.embeddings e join prosa.messages m on m.id = e.item_id where m.deleted_at is not null) || ' too many'"
right="0 twice, 0 lost, 0 too many"

open="begin;
set local role prosa_app;
select tenant_id from prosa.authenticate('$key');"
cat >"$SCRATCH/search" <<S
\\set n random(1, 4000)
$open
set local lock_timeout = '250ms';
select 1 / (count(*) = 10)::integer from prosa.semantic_search('$large', (select e.embedding from prosa.embeddings e where e.tenant_id = '$large' limit 1), 10, -1);
select 1 / (count(*) = 50)::integer from prosa.semantic_search('$large', (select e.embedding from prosa.embeddings e where e.tenant_id = '$large' limit 1), 50, -1, p_contact_id => (select c.id from prosa.contacts c limit 1));
commit;
S
cat >"$SCRATCH/write" <<S
\\set n random(1, 300)
$open
set local lock_timeout = '3s';
select m.id, m.created_at from prosa.messages m join prosa.conversations c on c.id = m.conversation_id where m.message_index = :n and m.deleted_at is null limit 1 \\gset
select prosa.edit_message(:'id', :'created_at', 'edited ' || random(), clock_timestamp());
select prosa.record_message((select c.id from prosa.conversations c order by c.id offset :n % 10 limit 1), 'user', 'more');
commit;
S
cat >"$SCRATCH/delete" <<S
$open
set local lock_timeout = '3s';
select prosa.delete_message(m.id, m.created_at, clock_timestamp())
  from (select m.id, m.created_at from (select e.item_id, e.item_created_at from prosa.embeddings e where e.tenant_id = '$large' order by random() limit 20) e
          join prosa.messages m on m.tenant_id = '$large' and m.created_at = e.item_created_at and m.id = e.item_id and m.message_index > 300 and m.deleted_at is null limit 1) m;
select prosa.record_message((select c.id from prosa.conversations c limit 1), 'user', 'another');
commit;
S
sed -i "s/:'id', :'created_at'/':id', ':created_at'/" "$SCRATCH/write"
# as a worker: what it claims is committed before it is stored
cat >"$SCRATCH/embed" <<S
set lock_timeout = '3s';
select public.claim_queue(20) as items \\gset
select public.store_queue(:items);
S
ended=$(($(date +%s) + 25))
for script in "search 2" "write 1" "delete 1" "embed 1"; do
    read -r name clients <<<"$script"
    pgbench -n -M "$([[ $name == embed ]] && echo extended || echo simple)" -c "$clients" -T 24 -f "$SCRATCH/$name" "$db" >"$SCRATCH/$name.out" 2>&1 &
    echo "$!" >>"$SCRATCH/pids"
done

# ---- meanwhile: there and back and anew, killed more often than not
killed=0 moves=0
move() { # STATEMENT: killed after a moment, mostly
    local run pid
    PGAPPNAME="move $db" psql -XqAt -d "$db" -c "$1" >>"$SCRATCH/moves" 2>&1 &
    run=$!
    if ((moves < 3 || RANDOM % 3)); then
        sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
        pid=$(sql "$db" "select pid from pg_stat_activity where application_name = 'move $db'")
        [[ -z $pid ]] || sql "$db" "select pg_terminate_backend($pid)" >/dev/null
    fi
    wait "$run" || killed=$((killed + 1))
}
seen=""
while (($(date +%s) < ended)); do
    moves=$((moves + 1))
    case $((moves % 6)) in
        1) threshold 500 ;;
        4) threshold 100000 ;;
    esac
    if ((moves % 6 == 3)); then move "call prosa.reindex_embeddings('$large')"; else move "call prosa.place_embeddings()"; fi
    sql "$db" "update prosa.embedding_moves set switched_at = switched_at - interval '1 minute'" >/dev/null
    now=$(sql "$db" "$wrong")
    [[ $now == "$right" ]] || seen+="$now after move $moves; "
done
is "$seen" "" "at every moment each message has its vector once, or waits for it"
ended=""
while read -r pid; do wait "$pid" || ended+="$pid "; done <"$SCRATCH/pids"
for name in search write delete embed; do
    is "$(grep -hE 'ERROR|FATAL|aborted' "$SCRATCH/$name.out" | head -n 3)" "" "no \"$name\" fails, is short or waits for a lock"
    diag "$name: $(grep -E 'actually processed|latency average' "$SCRATCH/$name.out" | paste -sd ' ')"
done
is "$ended" "" "and all came to their end"
diag "$moves moves, of which $killed were killed or had to wait: $(grep -oE 'ERROR:.*|FATAL:.*' "$SCRATCH/moves" | sort | uniq -c | paste -sd ' ')"
ok "some were killed, some were not" test "$killed" -ge 1 -a "$killed" -lt "$moves"

# ---- at rest
leftovers="select (select count(*) from prosa.embedding_moves), (select count(*) from pg_class where relnamespace = 'prosa'::regnamespace and relkind = 'r' and relname ~ '^embeddings_[0-9a-f]{32}\$'),
    (select count(*) from prosa.embeddings e left join prosa.embedding_spaces s on s.id = e.space_id and s.segment_id = e.segment_id where s.id is null)"
settle() {
    local i
    for i in 1 2 3; do
        ok "$1 ($i)" psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "call prosa.place_embeddings()"
        sql "$db" "update prosa.embedding_moves set switched_at = switched_at - interval '1 minute'" >/dev/null
    done
}
sql "$db" "call prosa.settle_messages()" "call public.embed_queue()" >/dev/null
threshold 500
settle "the next run goes on to the end"
is "$(sql "$db" "$leftovers") $(sql "$db" "select placement from ($space) s") $(sql "$db" "$wrong")" "0|1|0 own $right" "the space has a partition of its own, and nothing is left behind"
is "$(sql "$db" "select count(*) from prosa.lint() where level <> 'INFO'")" 0 "lint() finds nothing wrong"
is "$(sql "$db" "select recall >= 0.98, short_answers from prosa.probe_embedding_recall('$large', 50)")" "t|0" "its index finds what there is"
# a snapshot from before a move sees what it saw: asked for more than there is, a search gives all
search="select md5(string_agg(n.item_id::text, ' ')) from prosa._nearest('$large', (select s.id from ($space) s), '{message}', '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32]', 100000) n;"
{
    echo "begin isolation level repeatable read;"
    echo "$search"
    echo "\\! psql -XqAt -d $db -c \"call prosa.reindex_embeddings('$large')\" -c \"delete from prosa.embeddings where tenant_id = '$large'::uuid and (tenant_id, item_id) in (select tenant_id, item_id from prosa.embeddings order by item_id limit 500)\" >/dev/null 2>&1"
    echo "$search"
    echo "commit;"
    echo "$search"
} >"$SCRATCH/snapshot"
psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -f "$SCRATCH/snapshot" >"$SCRATCH/found" 2>&1
is "$(head -n 2 "$SCRATCH/found" | uniq | wc -l) $(uniq "$SCRATCH/found" | wc -l)" "1 2" "a snapshot from before a move goes on seeing what it saw"
sql "$db" "insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at)
    select m.tenant_id, 'message', m.id, m.created_at from prosa.messages m where m.tenant_id = '$large' and m.deleted_at is null and not exists (select from prosa.embeddings e where e.item_id = m.id)" "call public.embed_queue()" >/dev/null
for i in 1 2; do
    sql "$db" "update prosa.embedding_moves set switched_at = switched_at - interval '1 minute'" "call prosa.place_embeddings()" >/dev/null
done
ok "it is reindexed" psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "call prosa.reindex_embeddings('$large')"
threshold 100000
settle "and goes back"
is "$(sql "$db" "$leftovers") $(sql "$db" "select placement from ($space) s") $(sql "$db" "$wrong")" "0|0|0 shared $right" "to the shared partition, with all it has"

# ---- somebody who does not let it in
threshold 500
PGAPPNAME="holder $db" psql -XqAt -d "$db" -c "begin" -c "lock table prosa.embeddings in row exclusive mode" -c "select pg_sleep(60)" >/dev/null 2>&1 &
holder=$!
sleep 0.5
is "$(psql -XqAt -d "$db" -c "call prosa.place_embeddings()" 2>/dev/null | grep -o '"sqlstate": "55P03"')" '"sqlstate": "55P03"' "a writer who holds the table postpones the switch"
is "$(sql "$db" "select built_at is not null and switched_at is null from prosa.embedding_moves")" t "the copy waits for the next run"
sql "$db" "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holder $db'" >/dev/null
wait "$holder"
settle "which switches"
is "$(sql "$db" "$leftovers") $(sql "$db" "select placement from ($space) s") $(sql "$db" "$wrong")" "0|1|0 own $right" "to it"

# ---- a dump of a space in the middle of a move
threshold 100000
sql "$db" "select prosa._build_segment('$large', (select id from ($space) s), true)" >/dev/null
version=$(sql "$db" "select extversion from pg_extension where extname = 'prosa'")
pg_dump "$db" | sed "s/^CREATE EXTENSION IF NOT EXISTS prosa WITH SCHEMA prosa;/CREATE EXTENSION prosa WITH SCHEMA prosa VERSION '$version';/" >"$SCRATCH/dump"
new_database restored template0
ok "is restored" psql -XqAt -v ON_ERROR_STOP=1 -d "$restored" -f "$SCRATCH/dump"
vectors="select count(*), sum(hashtextextended(e.embedding::text, 0)) from prosa.embeddings e join ($space) s on s.id = e.space_id and s.segment_id = e.segment_id"
is "$(sql "$restored" "$vectors")" "$(sql "$db" "$vectors")" "with every vector"
db=$restored
settle "a copy of another server is given up"
is "$(sql "$db" "$leftovers") $(sql "$db" "select placement from ($space) s") $(sql "$db" "$wrong")" "0|0|0 shared $right" "and the space goes where it belongs"
finish
