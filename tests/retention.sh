#!/usr/bin/env bash
# Retention, maintenance and settling while writers record; and killed in between, at any point: nothing is lost that should stay,
# nothing stays that should go, and the counters equal what was recorded.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
needs_pgbench

db=''   # new_database sets it
new_database db
sql "$db" "
do \$\$
declare
    v_tenant uuid;
    v_inbox uuid;
    v_slug text;
begin
    foreach v_slug in array array['short', 'long'] loop
        v_tenant := prosa.create_tenant(v_slug, case v_slug when 'short' then 'starter' else 'enterprise' end, v_slug);
        perform prosa.set_tenant(v_tenant);
        v_inbox := prosa.create_inbox(v_slug);
        perform prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('5500000000' || lpad(i::text, 3, '0'))) from generate_series(1, 12) i;
    end loop;
end
\$\$"
short=$(sql "$db" "select id from prosa.tenants where slug = 'short'")
long=$(sql "$db" "select id from prosa.tenants where slug = 'long'")
key=$(sql "$db" "select prosa.create_api_key('$short', 'short')")

# history TENANT MONTHS_AGO COUNT: messages of one month, as delivered before they expired, settled, every tenth embedded
history() {
    sql "$db" "begin" "select prosa.set_tenant_setting('$1', 'retention_days', '36500')" "select prosa.set_tenant('$1')" "select count(*) from prosa.record_messages((
        select jsonb_agg(jsonb_build_object('conversation_id', c.id, 'role', 'user', 'content', 'old', 'external_id', format('H%s-%s', $2, n), 'output_tokens', 2,
                   'created_at', date_trunc('month', now()) - interval '$2 months' + n * interval '1 minute'))
          from generate_series(1, $3) n join (select id, row_number() over (order by id) as place from prosa.conversations where tenant_id = '$1') c on c.place = 1 + n % 12))" "commit" \
        "delete from prosa.tenant_settings where tenant_id = '$1' and key = 'retention_days'" >/dev/null
}
settle() {
    sql "$db" "select prosa.refresh_consumption_summary()" "call prosa.maintain()" \
        "select prosa.store_embeddings(q.tenant_id, 'test', jsonb_agg(jsonb_build_object('kind', q.kind, 'item_id', q.item_id, 'embedding', '[1,2,3]')))
           from prosa.embedding_queue q where get_byte(uuid_send(q.item_id), 15) % 10 = 0 group by q.tenant_id" >/dev/null
}
count() { sql "$db" "select count(*) from $1"; }
hanging="select (select count(*) from prosa.message_ledger l where not exists (select from prosa.messages m where m.tenant_id = l.tenant_id and m.id = l.message_id)),
    (select count(*) from prosa.embeddings e where not exists (select from prosa.messages m where m.tenant_id = e.tenant_id and m.id = e.item_id)),
    (select count(*) from prosa.embedding_queue q where not exists (select from prosa.messages m where m.tenant_id = q.tenant_id and m.id = q.item_id))"
expired="select count(*) from prosa.messages m join prosa._retention() r on r.tenant_id = m.tenant_id where m.created_at < r.cutoff"
left="select (select count(*) from prosa.expired_months), (select count(*) from pg_class where relnamespace = 'prosa'::regnamespace and relkind = 'r' and relname ~ '_expired_')"
counted="select (select sum(messages_in) from prosa.consumption_inbox_daily) - (select sum(last_message_index) from prosa.conversations),
    (select sum(output_tokens) from prosa.consumption_inbox_daily) - 2 * (select sum(last_message_index) from prosa.conversations)"
noted="select (select coalesce(sum((after ->> 'messages')::bigint), 0) from prosa.audit_log where action = 'cleanup')
    - ((select sum(last_message_index) from prosa.conversations) - (select count(*) from prosa.messages))"

# ---- killed in between
for month in 5 4; do history "$short" "$month" 8000; done
history "$short" 2 4000
history "$long" 2 1000
settle
is "$(count prosa.messages) $(sql "$db" "select count(*) from prosa._find_expired_months() where parent = 'prosa.messages'")" "21000 2" "there are 21,000 messages, of which two months are expired whole"
killed=0 attempts=0
# interrupt SIGNAL DELAY: a run that is interrupted so many seconds after its beginning; false when it was through before
interrupt() {
    local run pid status
    PGAPPNAME="retention $db" psql -XqAt -d "$db" -c "call prosa.enforce_retention('5 minutes', 5)" >/dev/null 2>&1 &
    run=$!
    sleep "$2"
    pid=$(sql "$db" "select pid from pg_stat_activity where application_name = 'retention $db'")
    if [[ -n $pid ]]; then
        if [[ $1 == KILL ]]; then kill -KILL "$pid"; else sql "$db" "select pg_terminate_backend($pid)" >/dev/null; fi
    fi
    wait "$run"
    status=$?
    until psql -XqAt -d "$db" -c 'select 1' >/dev/null 2>&1; do sleep 0.1; done
    ((status != 0))
}
while ((attempts < 12)); do
    attempts=$((attempts + 1))
    interrupt TERM "0.$((RANDOM % 3))$((RANDOM % 10))" && killed=$((killed + 1))
    # in between, at every point, nothing is seen that hangs in the air to a reader of messages, and what was recorded is counted
    [[ $(sql "$db" "$counted") == "0|0" ]] || fail "after kill $attempts consumption equals what was recorded"
done
is "$((killed >= 8)) $(sql "$db" "select count(*) < 21000 from prosa.messages")" "1 t" "retention was terminated in between $killed times of $attempts"
if kill -0 "$(sql "$db" "select pid from pg_stat_activity where backend_type = 'checkpointer'")" 2>/dev/null; then
    crashes=0
    for delay in 0.1 0.2 0.3; do interrupt KILL "$delay" && crashes=$((crashes + 1)); done
    is "$((crashes > 0)) $(sql "$db" "$counted")" "1 0|0" "killed with SIGKILL, $crashes times, which takes the server down, it leaves the counters right"
else
    skip 1 "the server's processes are out of reach"
fi
ok "the next run goes on to the end" psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "call prosa.enforce_retention()"
is "$(sql "$db" "$expired")" 0 "nothing that is expired is left"
is "$(sql "$db" "select count(*) from prosa.messages where tenant_id = '$long'")" 1000 "what is not is all there"
is "$(sql "$db" "$hanging")" "0|0|0" "no ledger row, embedding or queue entry is without its message"
is "$(sql "$db" "$left")" "0|0" "no detached month is left"
is "$(sql "$db" "$counted") $(sql "$db" "$noted")" "0|0 0" "consumption equals what was recorded, and the audit log what was removed"

# ---- while eight clients record
for month in 6 5 4; do history "$short" "$month" 6000; done
history "$short" 2 6000
settle
loop() { # STATEMENT: again and again until the writers are through
    local times=0
    while [[ ! -e $SCRATCH/through ]]; do
        psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "set role prosa_worker" -c "$1" >/dev/null 2>>"$SCRATCH/loops" || echo "failed: $1" >>"$SCRATCH/loops"
        times=$((times + 1))
    done
    echo "$times" >>"$SCRATCH/times"
}
loop "call prosa.enforce_retention('5 minutes', 500)" &
loops=($!)
loop "call prosa.maintain()" &
loops+=($!)
loop "select prosa.refresh_consumption_summary()" &
loops+=($!)
# one in ten is late, of a month that is going or gone; the tenant's own time is the transaction's
run "$db" "8 clients record while retention, maintenance and settling run: no transaction fails" 8 400 "\\set n random(1, 12)
\\set late random(1, 10)
begin;
set local role prosa_app;
select tenant_id from prosa.authenticate('$key');
select prosa.record_message((select id from prosa.conversations order by id offset :n - 1 limit 1), 'user', 'now', output_tokens => 2,
    created_at => case :late when 1 then now() - interval '20 days' end);
commit;"
touch "$SCRATCH/through"
wait "${loops[@]}"
is "$(grep -E 'failed|ERROR|FATAL' "$SCRATCH/loops" | sort | uniq -c)" "" "and none of the jobs"
diag "runs of retention, maintenance and settling meanwhile: $(paste -sd ' ' "$SCRATCH/times")"
is "$(sql "$db" "select count(*) from prosa.messages where content = 'now'")" 3200 "every message is there"
ok "retention is through" psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "call prosa.enforce_retention()"
is "$(sql "$db" "$expired") $(sql "$db" "$left")" "0 0|0" "everything that is expired is gone"
sql "$db" "select prosa.refresh_consumption_summary()" >/dev/null
is "$(sql "$db" "$hanging")" "0|0|0" "with all that hung on it"
is "$(sql "$db" "$counted") $(sql "$db" "$noted")" "0|0 0" "consumption equals what was recorded, and the audit log what was removed"
is "$(sql "$db" "select count(*) from prosa.conversations c where c.tenant_id = '$short' and c.last_message_index <> (select max(m.message_index) from prosa.messages m where m.conversation_id = c.id)")" 0 "and no index is given twice or left out"

# ---- a hold that is placed while retention runs: once it is committed nothing of it goes
history "$short" 2 3000
settle
before=$(sql "$db" "select count(*) from prosa.messages where tenant_id = '$short'")
psql -XqAt -d "$db" -c "call prosa.enforce_retention('5 minutes', 2)" >/dev/null 2>&1 &
run=$!
for ((i = 0; i < 100; i++)); do
    [[ $(sql "$db" "select count(*) from prosa.messages where tenant_id = '$short'") == "$before" ]] || break
    sleep 0.05
done
sql "$db" "select prosa.place_legal_hold('$short', 'a case')" >/dev/null
held=$(sql "$db" "select count(*) from prosa.messages where tenant_id = '$short'")
wait "$run"
sql "$db" "call prosa.enforce_retention()" >/dev/null
is "$((held < before && held > before - 3000)) $(sql "$db" "select count(*) from prosa.messages where tenant_id = '$short'")" "1 $held" "a legal hold holds what there was when it was placed"

# ---- somebody reads messages for long: retention leaves the month for later, deletes its rows, and no writer waits for either
sql "$db" "select prosa.release_legal_hold(id) from prosa.legal_holds where released_at is null" "call prosa.enforce_retention()" >/dev/null
history "$short" 5 300
settle
psql -XqAt -d "$db" -c "begin" -c "select count(*) from prosa.messages" -c "select pg_sleep(6)" -c "commit" >/dev/null &
reader=$!
sleep 0.5
ok "retention does not wait for a reader of messages" psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "call prosa.enforce_retention()"
is "$(sql "$db" "select count(*) from pg_stat_activity where query like '%pg_sleep(6)%' and pid <> pg_backend_pid()") $(sql "$db" "$expired")" "1 0" "it removes what is expired row by row"
wait "$reader"
finish
