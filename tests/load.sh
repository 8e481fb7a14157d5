#!/usr/bin/env bash
# Writers of every kind at once, on a server of its own whose backends and postmaster are killed meanwhile: what was
# acknowledged is there once, no index is missing, and every count equals the sum.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
SECONDS_OF_LOAD=${PROSA_LOAD_SECONDS:-20}
WRITERS=${PROSA_LOAD_WRITERS:-12}

# ---- a server that may be killed: reached by a socket in a directory of its own
BIN=$(sql postgres "select setting from pg_config where name = 'BINDIR'")
[[ -x $BIN/initdb && -x $BIN/pg_ctl ]] || skip_all "the server's programs are not on this machine"
version=$(sql "$PROSA_TEST_TEMPLATE" "select extversion from pg_extension where extname = 'prosa'")
owner=$(id -un)
((EUID != 0)) || owner=$(stat -c %U "$(sql postgres "show data_directory")")
CLUSTER=$(mktemp -d /tmp/prosa-load.XXXXXX)
chown "$owner" "$CLUSTER"
as_owner() { if ((EUID == 0)); then (cd / && runuser -u "$owner" -- "$@"); else "$@"; fi; }
start() { as_owner "$BIN/pg_ctl" -D "$CLUSTER/data" -l "$CLUSTER/log" -w -t 30 start >/dev/null 2>&1; }
postmaster() { head -n 1 "$CLUSTER/data/postmaster.pid" 2>/dev/null; }
STOP=$SCRATCH/stop
end_all() {
    touch "$STOP"
    as_owner "$BIN/pg_ctl" -D "$CLUSTER/data" -m immediate -w stop >/dev/null 2>&1
    wait
    rm -rf "$CLUSTER"
}
# shellcheck disable=SC2154
trap 'status=$?; end_all; (exit "$status"); cleanup' EXIT

as_owner env LC_ALL=C.UTF-8 "$BIN/initdb" -D "$CLUSTER/data" -U postgres -E UTF8 --locale=C.UTF-8 -A trust >"$SCRATCH/initdb" 2>&1 || {
    echo "Bail out! initdb: $(tail -n 3 "$SCRATCH/initdb")"
    exit 1
}
# a killed process loses nothing that it wrote to a file, so nothing waits for the disk; but a commit waits for its record
as_owner tee -a "$CLUSTER/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$CLUSTER'
port = 5432
fsync = off
synchronous_commit = on
shared_buffers = '64MB'
max_connections = 80
timezone = 'UTC'
CONF
start || { echo "Bail out! $(tail -n 3 "$CLUSTER/log")"; exit 1; }
unset PGSERVICE PGHOSTADDR PGPASSWORD
export PGHOST=$CLUSTER PGPORT=5432 PGUSER=postgres PGDATABASE=load PGOPTIONS='-c client_min_messages=warning'
sql postgres "create database load"
sql load "create extension prosa version '$version' cascade" "select prosa.install()" "select prosa.set_config_value('embedding_provider', '{\"protocol\": \"mock\", \"model\": \"m\", \"dimensions\": 3}')" >/dev/null

# ---- two tenants, two inboxes each; three conversations that everybody writes to, and forty more
sql load "
do \$\$
declare
    v_tenant uuid;
    v_inbox uuid;
begin
    for t in 1 .. 2 loop
        v_tenant := prosa.create_tenant('Load ' || t, 'enterprise', 'load-' || t);
        perform prosa.set_tenant(v_tenant);
        for i in 1 .. 2 loop
            v_inbox := prosa.create_inbox('inbox-' || i);
            perform prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('5511900000' || lpad(c::text, 3, '0'))) from generate_series(1, 20) c;
        end loop;
        insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, role, content, created_at, external_id)
        select v_tenant, 'old', n, 'inbox-' || 1 + n % 2, '5511900000' || lpad((1 + n % 40)::text, 3, '0'), case n % 3 when 0 then 'assistant' else 'user' end,
               'history', now() - interval '700 days' + n * interval '5 hours', 'H' || n % 2900
          from generate_series(1, 3000) n;
    end loop;
end
\$\$"
declare -A CONVERSATIONS KEYS TENANTS
for t in 1 2; do
    TENANTS[$t]=$(sql load "select id from prosa.tenants where slug = 'load-$t'")
    KEYS[$t]=$(sql load "select prosa.create_api_key(id, 'load') from prosa.tenants where slug = 'load-$t'")
    CONVERSATIONS[$t]=$(sql load "select string_agg(quote_literal(c.id), ',') from (select c.id from prosa.conversations c join prosa.tenants t on t.id = c.tenant_id where t.slug = 'load-$t' order by c.id) c")
done

# ---- what a writer does. P: what a call returned; C: its transaction was acknowledged.
# transaction NAME KIND TENANT
transaction() {
    local name=$1 kind=$2 tenant=$3 rows=1 end='commit;' isolation='' all=${CONVERSATIONS[$3]} chosen external times
    chosen="(array[$all]::uuid[])[1 + floor(random() * 40)]"
    ((RANDOM % 2)) || chosen="(array[$all]::uuid[])[1 + floor(random() * 3)]"
    external="case when random() < 0.5 then 'E' || floor(random() * 600) else 'U-$name-' || n end"
    times="now() - random() * interval '700 days'"
    ((RANDOM % 3)) || times="clock_timestamp()"
    case $kind in
        0 | 1 | 2) ;;
        3 | 4) rows=$((2 + RANDOM % 30)) ;;
        5) external="'R-$name-' || n" rows=5 end='rollback;' ;;
        6) external='null' ;;
        7) isolation='isolation level repeatable read' ;;
        8) isolation='isolation level serializable' rows=3 ;;
        9)
            # it returns when it is durable, so that what it returns is acknowledged
            cat <<SQL
set role prosa_app;
select $chosen as conversation, $external as external, $times as sent from (select 1 as n) x \\gset
call prosa.commit_message(:'conversation', 'user', 'load', :'external', :'sent', output_tokens => 2, api_key => '${KEYS[$tenant]}') \\gset
reset role;
\\echo P|$name|:conversation|:external|:message_id|:message_created_at|:message_index|:is_duplicate
\\echo C|$name
SQL
            return
            ;;
    esac
    cat <<SQL
begin $isolation;
set local role prosa_app;
select tenant_id from prosa.authenticate('${KEYS[$tenant]}') \\g /dev/null
with d as materialized (
    select n, $chosen as conversation_id, $external as external_id, $times as created_at,
           (array['user','user','user','assistant','operator','system'])[1 + floor(random() * 6)] as role
      from generate_series(1, $rows) n
)
SQL
    if ((rows > 1)); then
        cat <<SQL
select 'P', '$name', d.conversation_id, d.external_id, r.message_id, r.created_at, r.message_index, r.is_duplicate
  from (select jsonb_agg(to_jsonb(d) - 'n' || '{"content": "load", "output_tokens": 2}' order by d.n) as messages from d) b
 cross join lateral prosa.record_messages(b.messages) with ordinality r
  join d on d.n = r.ordinality;
SQL
    else
        cat <<SQL
select 'P', '$name', d.conversation_id, d.external_id, r.message_id, r.created_at, r.message_index, r.is_duplicate
  from d cross join lateral prosa.record_message(d.conversation_id, d.role, 'load', d.external_id, d.created_at, output_tokens => 2) r;
SQL
    fi
    echo "$end"
    [[ $end == rollback* ]] || printf '\\echo C|%s\n' "$name"
}

writer() { # NUMBER
    local round=0 i
    RANDOM=$((1000 + $1))
    while [[ ! -e $STOP ]]; do
        round=$((round + 1))
        for ((i = 0; i < 8; i++)); do transaction "$1-$round-$i" $((RANDOM % 10)) $((1 + RANDOM % 2)); done >"$SCRATCH/work.$1"
        psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -f "$SCRATCH/work.$1" >>"$SCRATCH/written.$1" 2>>"$SCRATCH/errors.$1" || sleep 0.2
    done
}

# settles, claims, stores and maintains as the worker does
worker() { # STATEMENT…
    local statement arguments=()
    for statement; do arguments+=(-c "$statement"); done
    while [[ ! -e $STOP ]]; do
        psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -c "set role prosa_worker" "${arguments[@]}" >/dev/null 2>>"$SCRATCH/errors.worker" || sleep 0.2
        sleep 0.1
    done
}

importer() { # TENANT: calls again until all is done
    while [[ ! -e $STOP ]]; do
        psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -c "set role prosa_admin" \
            -c "call prosa.import_messages('${TENANTS[$1]}', 'old', 100)" >/dev/null 2>>"$SCRATCH/errors.import" || sleep 0.2
        sleep 1
    done
}

for ((w = 1; w <= WRITERS; w++)); do writer "$w" & done
worker "select prosa.refresh_consumption_summary()" &
worker "select prosa.store_embeddings(x.tenant_id, 'm', x.items) from (
    select c.tenant_id, jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'embedding', '[1,2,3]')) as items from prosa.claim_embeddings(50, '1 second') c group by 1) x" &
worker "select prosa.run_maintenance()" "select pg_sleep(1)" &
importer 1 &
importer 2 &

# ---- kill -9: a backend every second or so, which ends all sessions; the postmaster three times
killed=0 restarted=0
until_restart=$((SECONDS_OF_LOAD / 4))
began=$SECONDS
next=$((began + until_restart))
# a busy machine takes longer to write as much
acknowledged() { cat "$SCRATCH"/written.* 2>/dev/null | grep -c '^C'; }
while ((SECONDS - began < SECONDS_OF_LOAD || SECONDS - began < 10 * SECONDS_OF_LOAD && $(acknowledged) < 1500)); do
    sleep 1.$((RANDOM % 10))
    if ((SECONDS >= next && restarted < 3)); then
        kill -9 "$(postmaster)" 2>/dev/null && restarted=$((restarted + 1))
        next=$((SECONDS + until_restart))
        # the orphaned backends end by themselves; until then their memory is in use
        for ((i = 0; i < 100; i++)); do start && break; sleep 0.2; done
    elif victim=$(psql -XqAt -c "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and state <> 'idle' order by random() limit 1" 2>/dev/null) &&
        [[ -n $victim ]]; then
        kill -9 "$victim" 2>/dev/null && killed=$((killed + 1))
    fi
done
touch "$STOP"
wait
for ((i = 0; i < 100; i++)); do psql -XqAt -c "select" >/dev/null 2>&1 && break; sleep 0.2; done
ok "backends were killed ($killed) and the postmaster ($restarted)" test "$killed" -ge 1 -a "$restarted" -ge 1

# ---- what was acknowledged, and what may or may not have been: that is delivered once more, as a provider does
cat "$SCRATCH"/written.* | awk -F'|' -v acknowledged="$SCRATCH/acknowledged" -v unknown="$SCRATCH/unknown" '
    NF >= 8 && $1 == "P" { line[$2] = line[$2] $0 "\n" }
    $1 == "C" { committed[$2] = 1 }
    END { for (t in line) { f = t in committed ? acknowledged : unknown; printf "%s", line[t] >f } }'
touch "$SCRATCH/unknown"
sql load "create unlogged table acknowledged (p text, transaction text, conversation_id uuid, external_id text, message_id uuid, created_at timestamptz, message_index bigint, is_duplicate boolean)" \
    "create unlogged table uncertain (like acknowledged)" \
    "\\copy acknowledged from '$SCRATCH/acknowledged' (format csv, delimiter '|')" "\\copy uncertain from '$SCRATCH/unknown' (format csv, delimiter '|')"
sql load "
do \$\$
declare
    v_tenant record;
begin
    for v_tenant in select t.id from prosa.tenants t loop
        perform prosa.set_tenant(v_tenant.id);
        insert into acknowledged
        select 'P', 'again', d.conversation_id, d.external_id, r.message_id, r.created_at, r.message_index, r.is_duplicate
          from (select u.conversation_id, u.external_id, row_number() over (order by u.message_id) as n
                  from uncertain u join prosa.conversations c on c.id = u.conversation_id and c.tenant_id = v_tenant.id
                 where u.external_id is not null and u.external_id not like 'R-%') d
          join (select r.*, r.ordinality as n
                  from (select jsonb_agg(jsonb_build_object('conversation_id', u.conversation_id, 'external_id', u.external_id, 'role', 'user', 'content', 'again') order by u.message_id) as messages
                          from uncertain u join prosa.conversations c on c.id = u.conversation_id and c.tenant_id = v_tenant.id
                         where u.external_id is not null and u.external_id not like 'R-%') b
                 cross join lateral prosa.record_messages(coalesce(b.messages, '[]')) with ordinality r) r on r.n = d.n;
    end loop;
end
\$\$"
for t in 1 2; do
    ok "the import of tenant $t goes on to its end" psql -XqAt -v ON_ERROR_STOP=1 -c "set role prosa_admin" -c "call prosa.import_messages('${TENANTS[$t]}', 'old')"
done
diag "$(sql load "select format('%s messages, %s acknowledged (%s as duplicates), %s deliveries of unknown outcome, %s months', (select count(*) from prosa.messages), count(*), count(*) filter (where is_duplicate),
    (select count(*) from uncertain), (select count(*) from pg_inherits where inhparent = 'prosa.messages'::regclass)) from acknowledged")"
none() { is "$(sql load "select count(*) from ($1) x")" 0 "$2"; } # QUERY DESCRIPTION

ok "something was written" test "$(sql load "select count(*) > 500 and count(*) filter (where is_duplicate) > 50 from acknowledged")" = t
none "select from acknowledged a where (select count(*) from prosa.messages m where m.id = a.message_id) <> 1" "every acknowledged message is there once"
none "select from acknowledged a join prosa.messages m on m.id = a.message_id where m.created_at <> a.created_at or m.message_index <> a.message_index or m.external_id is distinct from a.external_id" "with the time, the index and the id that were acknowledged"
none "select c.inbox_id, a.external_id from acknowledged a join prosa.conversations c on c.id = a.conversation_id where a.external_id is not null group by 1, 2 having count(distinct a.message_id) > 1" "every delivery of an id returned the same message"
none "select message_id from acknowledged where not is_duplicate group by 1 having count(*) > 1" "which was new once"
none "select inbox_id, external_id from prosa.messages where external_id is not null group by 1, 2 having count(*) > 1" "no external id is there twice"
none "select from prosa.messages where external_id like 'R-%'" "nothing is there that was rolled back"
none "select c.id from prosa.conversations c left join prosa.messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id group by c.tenant_id, c.id
       having count(m.id) <> c.last_message_index or count(distinct m.message_index) <> c.last_message_index or max(m.message_index) <> c.last_message_index or min(m.message_index) <> 1" "indexes go from 1 to last_message_index, without a gap"
none "select c.id from prosa.conversations c join prosa.messages m on m.tenant_id = c.tenant_id and m.conversation_id = c.id group by c.tenant_id, c.id having max(m.created_at) <> c.last_message_at or min(m.created_at) < c.messages_since" "last_message_at is the newest message's, and none is older than messages_since"
# imported ones are read and answered
none "select c.id from prosa.conversations c left join lateral (
        select count(*) filter (where role = 'user' and message_index > coalesce(read_at, 0)) as unread, count(*) filter (where role = 'user' and message_index > coalesce(answered_at, 0)) as unanswered
          from (select m.role, m.message_index, max(m.message_index) filter (where m.role = 'operator') over () as read_at,
                       max(m.message_index) filter (where m.role in ('assistant', 'operator')) over () as answered_at
                  from prosa.messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.content <> 'history') m) m on true
       where c.unread_count <> m.unread or c.unanswered_count <> m.unanswered" "unread_count and unanswered_count are what the messages say"

consumption="select tenant_id, inbox_id, (created_at at time zone 'UTC')::date as day, coalesce(agent_type, 'none') as agent_type, count(*) filter (where role = 'user') as messages_in,
    count(*) filter (where role in ('assistant', 'operator')) as messages_out, sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens from prosa.messages group by 1, 2, 3, 4"
shown="select tenant_id, inbox_id, day, agent_type, messages_in, messages_out, input_tokens, output_tokens from prosa.consumption_inbox_daily"
none "($consumption except $shown) union all ($shown except $consumption)" "consumption equals the sums over the messages"
none "select from prosa.message_outbox o where not exists (select from prosa.messages m where m.tenant_id = o.tenant_id and m.created_at = o.created_at and m.id = o.message_id)" "nothing in the outbox is without its message"
none "select from prosa.message_outbox o join prosa.message_ledger l using (tenant_id, inbox_id, external_id) where o.message_id <> l.message_id" "no id has one message in the outbox and another in the ledger"
sql load "select prosa.refresh_consumption_summary()" >/dev/null
none "($consumption except $shown) union all ($shown except $consumption)" "also when everything is settled"
none "select from prosa.message_outbox" "then the outbox is empty"
none "(select tenant_id, inbox_id, external_id, id, created_at from prosa.messages where external_id is not null except select * from prosa.message_ledger)
      union all (select * from prosa.message_ledger except select tenant_id, inbox_id, external_id, id, created_at from prosa.messages)" "and the ledger holds every external id, and no other"
none "(select tenant_id, id from prosa.messages where role in ('user', 'assistant', 'operator') except (select tenant_id, item_id from prosa.embeddings union select tenant_id, item_id from prosa.embedding_queue))
      union all select tenant_id, item_id from prosa.embeddings join prosa.embedding_queue using (tenant_id, kind, item_id)
      union all select tenant_id, item_id from prosa.embeddings group by 1, 2 having count(*) > 1" "every message of people and of the machine is embedded or queued, once"
none "select from prosa.messages_default" "the default partition is empty"
none "select from pg_inherits h join pg_class c on c.oid = h.inhrelid where h.inhparent = 'prosa.messages'::regclass and not (c.relrowsecurity and c.relforcerowsecurity)" "every month is under row security"
none "select from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relname like 'messages\\_p%' and c.relkind = 'r' and not c.relispartition" "and none was left half made"
none "select from prosa.message_imports where status not in ('recorded', 'duplicate')" "every row of the imports is recorded"
none "select i.tenant_id, i.message_id from prosa.message_imports i where i.status = 'recorded' group by 1, 2 having count(*) > 1" "once"
none "select from prosa.message_imports i where not exists (select from prosa.messages m where m.tenant_id = i.tenant_id and m.id = i.message_id and m.external_id = i.external_id)" "and there"

# what a writer may be told: repeat it (40001, 40P01, 55P03, which pg_partman passes on as P0001), or that the server is gone
unexpected=$(cat "$SCRATCH"/errors.* | grep -E '(ERROR|FATAL):' | grep -vE '(ERROR|FATAL):  (40001|40P01|55P03|57P0[123]):|connection to server|postmaster exit|lock timeout' | sed 's/^[^:]*:[^:]*:[0-9]*: //' | sort | uniq -c | head -n 10)
is "$unexpected" "" "nobody was told anything but to repeat it"
diag "$(cat "$SCRATCH"/errors.* | grep -oE '(ERROR|FATAL):  [0-9A-Z]{5}' | sort | uniq -c | tr -s ' \n' ' ')"

# ---- repeatable read and serializable: a snapshot older than the other delivery gets 40001 or the first message, never a second row
conversation=$(sql load "select c.id from prosa.conversations c where c.tenant_id = '${TENANTS[1]}' order by c.id limit 1")
context() { printf '%s\n' "set local role prosa_app;" "select tenant_id from prosa.authenticate('${KEYS[1]}') \\g /dev/null"; }
# call HOW ID: one message, or a batch
call() {
    case $1 in
        single) echo "select message_id from prosa.record_message('$conversation', 'user', 'once', '$2', now() - interval '40 days');" ;;
        batch) echo "select message_id from prosa.record_messages('[{\"conversation_id\": \"$conversation\", \"role\": \"user\", \"content\": \"once\", \"external_id\": \"$2\"}]');" ;;
    esac
}
# the other session's whole transaction
other() {
    { echo "begin;" && context && call single "$1" && echo "commit;"; } >"$SCRATCH/other.$1.sql"
    echo "\\! psql -XqAt -v ON_ERROR_STOP=1 -f '$SCRATCH/other.$1.sql' >/dev/null"
}
settle() { echo "\\! psql -XqAt -c 'select prosa.refresh_consumption_summary()' >/dev/null"; }
snapshot() { echo "begin isolation level $1;" && context && echo "select count(*) from prosa.conversations \\g /dev/null"; }
# delivered DESCRIPTION ID: runs the script of standard input
delivered() {
    local output stored
    output=$(psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -f - 2>&1)
    stored=$(sql load "select coalesce(string_agg(id::text, ' '), 'none') from prosa.messages where external_id = '$2'")
    if grep -qE 'ERROR:  40001:' <<<"$output"; then
        is "$(wc -w <<<"$stored")" 1 "$1: 40001"
    else
        is "$output" "$stored" "$1: the first message"
    fi
}
n=0
for isolation in "repeatable read" serializable; do
    for how in single batch; do
        n=$((n + 1))
        delivered "$isolation, $how: recorded after the snapshot" "RR1-$n" < <(snapshot "$isolation" && other "RR1-$n" && call $how "RR1-$n" && echo "commit;")
        delivered "$isolation, $how: recorded and settled after the snapshot" "RR2-$n" < <(snapshot "$isolation" && other "RR2-$n" && settle && call $how "RR2-$n" && echo "commit;")
        delivered "$isolation, $how: recorded before the snapshot" "RR3-$n" < <(other "RR3-$n" && snapshot "$isolation" && call $how "RR3-$n" && echo "commit;")
        delivered "$isolation, $how: recorded before the snapshot, settled after it" "RR4-$n" < <(other "RR4-$n" && snapshot "$isolation" && settle && call $how "RR4-$n" && echo "commit;")
        delivered "$isolation, $how: twice in one transaction" "RR5-$n" < <(snapshot "$isolation" && call $how "RR5-$n" | sed 's|;$| \\g /dev/null|' && call $how "RR5-$n" && echo "commit;")
    done
    before=$(sql load "select last_message_index from prosa.conversations where id = '$conversation'")
    { snapshot "$isolation" && call single "" && call single "" && call batch "" && echo "commit;"; } | psql -XqAt -v ON_ERROR_STOP=1 -f - >/dev/null
    is "$(sql load "select last_message_index - $before from prosa.conversations where id = '$conversation'")" 3 "$isolation: messages without an external id are never duplicates"
done
none "($consumption except $shown) union all ($shown except $consumption)" "each counts once"

# ---- a month that cannot be made just now
sql load "
do \$\$
declare
    v_month text := (select h.inhrelid::regclass from pg_inherits h where h.inhparent = 'prosa.messages'::regclass
                      and pg_get_expr((select c.relpartbound from pg_class c where c.oid = h.inhrelid), h.inhrelid)
                          like '%FROM (''' || to_char(date_trunc('month', now()) - interval '14 months', 'YYYY-MM-DD') || '%');
begin
    execute format('drop table %s', v_month);
end
\$\$"
{ echo "begin; lock table prosa.conversations in row exclusive mode;" && echo "\\! touch '$SCRATCH/held'" && echo "select pg_sleep(2); commit;"; } | psql -XqAt -f - >/dev/null &
holder=$!
for ((i = 0; i < 50; i++)); do [[ -e $SCRATCH/held ]] && break; sleep 0.1; done
{ echo "begin;" && context && echo "select prosa.record_message('$conversation', 'user', 'x', created_at => date_trunc('month', now()) - interval '14 months') \\g /dev/null" && echo "commit;"; } >"$SCRATCH/old.sql"
output=$(psql -XqAt -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -f "$SCRATCH/old.sql" 2>&1)
is "$(grep -cE 'ERROR:  55P03: .* cannot be made while other transactions use the tables' <<<"$output")" 1 "a month that cannot be made within half a second is refused, to be repeated"
wait "$holder"
ok "and made the next time" psql -XqAt -v ON_ERROR_STOP=1 -f "$SCRATCH/old.sql"
none "select from prosa.messages_default" "nothing of it went to the default partition"
finish
