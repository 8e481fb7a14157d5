#!/usr/bin/env bash
# Memory stays what the messages say while everybody writes, edits, deletes, makes windows, embeds and forgets at once.
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
    v_name text;
    v_inbox uuid;
begin
    foreach v_name in array array['busy', 'other'] loop
        v_tenant := prosa.create_tenant(v_name, 'enterprise', v_name);
        perform prosa.set_tenant(v_tenant);
        v_inbox := prosa.create_inbox(v_name);
        perform prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('550000000000' || j, 'Ana ' || j)) from generate_series(1, 5) j;
    end loop;
end
\$\$"
busy_key=$(sql "$db" "select prosa.create_api_key(id, 'k') from prosa.tenants where slug = 'busy'")
other_key=$(sql "$db" "select prosa.create_api_key(id, 'k') from prosa.tenants where slug = 'other'")
as_app() { echo "begin;
set local role prosa_app;
select tenant_id from prosa.authenticate('$1');"; }
conversation="(select id from prosa.conversations order by created_at, id offset :n % 5 limit 1)"

# ---- 6 applications that write, edit, delete, remember and forget; others settle, make windows, embed, remove what is expired
writer="$(as_app "$busy_key")
select prosa.record_message($conversation, case :n % 3 when 0 then 'assistant' when 1 then 'user' else 'operator' end, 'said ' || :n, created_at => now() - :n % 600 * interval '1 second');
commit;"
other="${writer/$busy_key/$other_key}"
# one of the last messages: the even ones are edited, the odd ones deleted
message="(select id, created_at from prosa.messages where deleted_at is null and message_index % 2 = 0 order by created_at desc offset :n % 50 limit 1)"
editor="$(as_app "$busy_key")
select prosa.edit_message(m.id, m.created_at, 'edited ' || :n) from $message m;
commit;"
# taken back: what it said is remembered still
undecided="${editor/commit;/rollback;}"
deleter="$(as_app "$busy_key")
select prosa.delete_message(m.id, m.created_at) from ${message/= 0/= 1} m;
commit;"
rememberer="$(as_app "$busy_key")
select prosa.upsert_memory(null, 'note', 'known ' || :n, jsonb_build_object('key', 'k' || :n % 20), expires_at => case when :n % 4 = 0 then now() + interval '1 second' end);
commit;"
forgetter="$(as_app "$busy_key")
select prosa.forget_memory(natural_key => 'k' || :n % 20);
commit;"
filer="$(as_app "$busy_key")
select prosa.add_file_text(f.file_id, array['page one of ' || :n, 'page two']) from prosa.add_client_file('f.txt', encode(sha256((:n % 5)::text::bytea), 'hex'), expires_at => now() + interval '2 seconds') f;
commit;"
for name in writer other editor undecided deleter rememberer forgetter filer; do printf '\\set n random(0, 1000000)\n%s\n' "${!name}" >"$SCRATCH/$name.sql"; done
cat >"$SCRATCH/settle.sql" <<<"set role prosa_worker;
call prosa.settle_messages();
reset role;
\\sleep 20 ms"
cat >"$SCRATCH/windows.sql" <<<"set role prosa_worker;
call prosa.process_memory_windows(3);
reset role;
\\sleep 20 ms"
# as a worker: claim, commit, embed, store
cat >"$SCRATCH/embed.sql" <<<"create temporary table if not exists claimed (tenant_id uuid, items jsonb);
delete from claimed;
insert into claimed select c.tenant_id, jsonb_agg(to_jsonb(c) - 'provider' || '{\"embedding\": \"[1,2,3]\"}') from prosa.claim_embeddings(50) c group by 1;
\\sleep 10 ms
select prosa.store_embeddings(c.tenant_id, 'vectors', c.items) from claimed c;"
cat >"$SCRATCH/retention.sql" <<<"begin;
set local role prosa_worker;
select prosa.cleanup_old_messages();
commit;
\\sleep 200 ms"
aside() { # NAME CLIENTS
    pgbench -n -c "$2" -T 12 -f "$SCRATCH/$1.sql" "$db" >"$SCRATCH/$1.out" 2>&1 &
    ASIDE+=("$!:$1")
}
ASIDE=()
aside settle 1
aside windows 2
aside embed 2
aside retention 1
s=$SCRATCH
ok "applications that write, edit, delete, remember and forget, while others settle, make windows, embed and remove: no transaction fails" \
    pgbench -n -c 6 -j 2 -T 10 --max-tries 3 -f "$s/writer.sql@20" -f "$s/other.sql@5" -f "$s/editor.sql@3" -f "$s/undecided.sql@1" -f "$s/deleter.sql@2" \
    -f "$s/rememberer.sql@4" -f "$s/forgetter.sql@2" -f "$s/filer.sql@2" "$db"
output=''
for each in "${ASIDE[@]}"; do wait "${each%%:*}" || output+=$(cat "$s/${each##*:}.out"); done
is "$output" "" "nor does one of the others"

# ---- what is remembered is what is said
made="select count(*) > 50, count(*) filter (where content ~ 'edited') > 0 from prosa.memory_chunks where conversation_id is not null"
is "$(sql "$db" "$made")" "t|t" "windows were made, of edited messages too"
stale="select count(*) from prosa.memory_chunks w where w.conversation_id is not null
    and w.content is distinct from prosa._window_text(w.tenant_id, w.conversation_id, w.first_index, w.last_index, w.created_at, w.last_at)"
is "$(sql "$db" "$stale")" 0 "each says what its messages say now"
sql "$db" "call prosa.settle_messages()" "update prosa.messages set recorded_at = now() - interval '1 hour'" "update prosa.memory_progress set due_at = now()" "call prosa.process_memory_windows()" >/dev/null
is "$(sql "$db" "select count(*) from prosa.messages m join (select conversation_id, count(*) from prosa.messages where content <> '' group by 1 having count(*) > 1) c using (conversation_id)
    where m.content <> '' and not exists (select from prosa.memory_chunks w where w.tenant_id = m.tenant_id and w.conversation_id = m.conversation_id and m.message_index between w.first_index and w.last_index)")" \
    0 "when nobody writes any more every turn is in a window"
is "$(sql "$db" "$stale")" 0 "which says what it said"
is "$(sql "$db" "select count(*) from prosa.memory_chunks w where w.conversation_id is not null and exists (select from prosa.memory_chunks x
    where x.tenant_id = w.tenant_id and x.conversation_id = w.conversation_id and x.id <> w.id and x.first_index <= w.first_index and x.last_index >= w.last_index)")" 0 "none is within another"
is "$(sql "$db" "select count(*) from prosa.memory_progress where due_at is not null")" 0 "nothing is due"
orphans="select (select count(*) from prosa.embeddings e where e.kind = 'memory' and not exists (select from prosa.memory_chunks m where m.tenant_id = e.tenant_id and m.id = e.item_id)),
    (select count(*) from prosa.embedding_queue q where q.kind = 'memory' and not exists (select from prosa.memory_chunks m where m.tenant_id = q.tenant_id and m.id = q.item_id))"
is "$(sql "$db" "$orphans")" "0|0" "no embedding and no queue entry is left of what is forgotten"
is "$(sql "$db" "select count(*) from prosa.memory_chunks m where (m.expires_at is null or m.expires_at > now())
    and not exists (select from prosa.embeddings e where e.tenant_id = m.tenant_id and e.kind = 'memory' and e.item_id = m.id)
    and not exists (select from prosa.embedding_queue q where q.tenant_id = m.tenant_id and q.kind = 'memory' and q.item_id = m.id)")" 0 "everything else has its embedding or waits for it"

# ---- a deletion that has not been committed while a window is made of its message
sql "$db" "delete from prosa.memory_chunks where conversation_id is not null" "update prosa.memory_progress set next_index = first_index, since = '-infinity', due_at = now()" >/dev/null
target=$(sql "$db" "select id || ' ' || conversation_id from prosa.messages where content ~ '^said' and tenant_id = (select id from prosa.tenants where slug = 'busy') limit 1")
read -r id conversation_id <<<"$target"
psql -XqAt -v ON_ERROR_STOP=1 -d "$db" >"$s/deletion" 2>&1 <<<"begin;
set local role prosa_app;
select tenant_id from prosa.authenticate('$busy_key') \\g /dev/null
select prosa.delete_message(id, created_at) from prosa.messages where id = '$id';
select pg_sleep(2) \\g /dev/null
commit;" &
deletion=$!
for ((i = 0; i < 100; i++)); do
    [[ $(sql "$db" "select count(*) from pg_locks where locktype = 'advisory' and granted and objid <> 0 and pid <> pg_backend_pid()") != 0 ]] && break
    sleep 0.05
done
sql "$db" "call prosa.process_memory_windows()" >/dev/null
is "$(sql "$db" "select count(*) from prosa.memory_chunks where conversation_id = '$conversation_id'")" 0 "the windows of its conversation wait"
is "$(sql "$db" "select count(*) > 0 from prosa.memory_chunks where conversation_id is not null")" t "those of others do not"
wait "$deletion"
is "$(cat "$s/deletion")" t "the deletion is committed"
sql "$db" "update prosa.memory_progress set due_at = now() where due_at is not null" "call prosa.process_memory_windows()" >/dev/null
is "$(sql "$db" "select count(*) > 0 from prosa.memory_chunks where conversation_id = '$conversation_id'")|$(sql "$db" "$stale")" "t|0" "then they are made, without what it said"

# ---- an older snapshot
psql -XqAt -d "$db" >"$s/snapshot" 2>&1 <<<"begin isolation level repeatable read;
set local role prosa_app;
select tenant_id from prosa.authenticate('$busy_key') \\g /dev/null
select pg_sleep(1.5) \\g /dev/null
\\set VERBOSITY sqlstate
select prosa.delete_message(m.id, m.created_at) from prosa.messages m where m.conversation_id = '$conversation_id' and m.content <> '' limit 1;
commit;" &
snapshot=$!
sleep 0.5
sql "$db" "update prosa.memory_progress set due_at = now()" "call prosa.process_memory_windows()" >/dev/null
wait "$snapshot"
is "$(cat "$s/snapshot")" "ERROR:  40001" "a deletion that does not see the windows made meanwhile is to be repeated"

# ---- who runs it, and how
refused 42501 "$db" "set role prosa_app; call prosa.process_memory_windows()" "an application makes no windows"
refused 2D000 "$db" "begin; call prosa.process_memory_windows()" "it wants no transaction around it"
PGOPTIONS='-c default_transaction_isolation=repeatable\ read' refused 55000 "$db" "call prosa.process_memory_windows()" "it wants to see what others commit"
finish
