#!/usr/bin/env bash
# The Java routines in a fresh database: from CREATE EXTENSION to a drained queue.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh

[[ $PROSA_PLJAVA == yes ]] || skip_all "PL/Java is not available on this server"
export PGOPTIONS='-c client_min_messages=error'

# from nothing: the template may have the routines already
fresh=''   # new_database sets it
new_database fresh template0
ok "create extension prosa_java cascade brings prosa, PL/Java and what they need" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "create extension prosa_java cascade"
ok "the tables are installed" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "select prosa.install()"
mock='{"protocol": "mock", "model": "mock", "dimensions": 8}'
sql "$fresh" "select prosa.set_config_value('embedding_provider', '$mock'), prosa.set_config_value('chat_provider', '$mock')" >/dev/null

ok "before its jar is loaded a routine fails cleanly" bash -c '! psql -XqAt -v ON_ERROR_STOP=1 -d "$0" -c "select prosa.embed('"'x'"')"' "$fresh"
ok "a jar that is not there is refused" bash -c '! psql -XqAt -v ON_ERROR_STOP=1 -d "$0" -c "select prosa.install_jar('"'file:/nowhere/x.jar'"')"' "$fresh"
ok "the jar is loaded" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "select prosa.install_jar('file:$PROSA_JAR')"
ok "and replaced" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "select prosa.install_jar('file:$PROSA_JAR')"
is "$(sql "$fresh" "select count(*) from sqlj.jar_repository where jarname = 'prosa'")" 1 "there is one"

is "$(sql "$fresh" "select vector_dims(prosa.embed('olá'))")" 8 "embed() embeds"
is "$(sql "$fresh" "select prosa.chat_complete('[{\"role\": \"user\", \"content\": \"Olá\"}]') ->> 'role'")" assistant "chat_complete() answers"
is "$(sql "$fresh" "select ok from prosa.doctor() where check_name = 'Java routines'")" t "doctor() sees them"

# ---- the queue, drained by SQL alone
psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "set client_min_messages = warning" -f lib/fill.sql || fail "a database is filled"
sql "$fresh" "select prosa.refresh_consumption_summary()" "delete from prosa.embeddings" "delete from prosa.embedding_spaces" "delete from prosa.embedding_queue where space_id is not null" "delete from prosa.embedding_queue where item_created_at < now() - interval '4 months'" \
    "delete from prosa.embedding_queue q using prosa.messages m where m.id = q.item_id and m.deleted_at is not null"
waiting=$(sql "$fresh" "select count(*) from prosa.embedding_queue")
ok "there is something to embed: $waiting items" test "$waiting" -gt 20
refused 2D000 "$fresh" "begin; call prosa.process_embedding_queue()" "process_embedding_queue() wants no transaction around it"
is "$(sql "$fresh" "select count(*) from prosa.embedding_queue")" "$waiting" "and embeds nothing then"
refused 42501 "$fresh" "set role prosa_app; call prosa.process_embedding_queue()" "an application does not run it"
ok "as the worker it drains the queue" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "set role prosa_worker" -c "call prosa.process_embedding_queue(8)"
is "$(sql "$fresh" "select count(*) from prosa.embedding_queue")" 0 "nothing is left in it"
is "$(sql "$fresh" "select count(*) from prosa.embeddings")" "$waiting" "everything is embedded"
is "$(sql "$fresh" "select string_agg(distinct model || dimensions, ',') from prosa.embedding_spaces")" mock8 "in a space of the endpoint's model"
is "$(sql "$fresh" "begin" "select prosa.set_tenant(id) from prosa.tenants where slug = 'harbor'" "select count(*) = 5 from prosa.semantic_search('mensagem', 5, -1)" "commit" | tail -n 1)" t "and found by a text"
ok "an empty queue is no work" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "call prosa.process_embedding_queue()"

# ---- one endpoint that is out of reach: no attempt is used up, the others are served
sql "$fresh" "insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, is_default, config)
                select id, 'far', 'openai', 'http://127.0.0.1:1/v1', 'm', true, '{\"timeout_ms\": 1000}' from prosa.tenants where slug = 'harbor'"
sql "$fresh" "begin" "select prosa.set_tenant(id) from prosa.tenants where slug = 'harbor'" "select prosa.upsert_memory(null, 'note', 'waits')" "select prosa.set_tenant(id) from prosa.tenants where slug = 'sorriso'" \
    "select prosa.upsert_memory(null, 'note', 'is served')" "commit" >/dev/null
if [[ $(sql "$fresh" "select coalesce(current_setting('pljava.policy_urls', true), '') like '%prosa.policy%'") == t ]]; then
    ok "an endpoint that is out of reach does not stop the queue" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "call prosa.process_embedding_queue(time_limit => '2 seconds')"
    is "$(sql "$fresh" "select t.slug, q.attempts, q.failed_at is null, q.last_error <> '' from prosa.embedding_queue q join prosa.tenants t on t.id = q.tenant_id")" "harbor|0|t|t" "its item waits, with the reason and no attempt used up"
else
    skip 2 "pljava.policy_urls does not name prosa.policy, so no socket opens"
fi

# ---- endpoints that take the connection and never answer, or never stop; they give up by themselves after a minute
# listen NAME CODE: what to do with a connection in perl's $c; leaves the port in PORT and the process in LISTENER
listen() {
    perl -MIO::Socket::INET -e '$| = 1; $SIG{PIPE} = "IGNORE"; my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die; print $socket->sockport, "\n";
        my $end = time + 60; while (time < $end) { my $c = $socket->accept or next; if (!fork) { '"$2"'; exit } }' >"$SCRATCH/$1" 2>/dev/null &
    LISTENER=$!
    for _ in {1..50}; do [[ -s $SCRATCH/$1 ]] || sleep 0.1; done
    PORT=$(cat "$SCRATCH/$1")
}
endpoint() { # URL
    sql "$fresh" "select prosa.set_config_value('embedding_provider', jsonb_build_object('protocol', 'openai', 'base_url', '$1', 'model', 'm'))" >/dev/null
}
# gives_up DESCRIPTION: 08006 within the deadline and one second, the start of the JVM included
gives_up() {
    local output start=${EPOCHREALTIME/./} took
    output=$(psql -XqAt -v VERBOSITY=verbose -d "$fresh" -c "select prosa.embed('olá', timeout_ms => 1000)" 2>&1)
    took=$(((${EPOCHREALTIME/./} - start) / 1000))
    if [[ $output == *'ERROR:  08006:'* ]] && ((took < 2000)); then pass "$1"; else fail "$1" "after $took ms: $output"; fi
}
if [[ $(sql "$fresh" "select coalesce(current_setting('pljava.policy_urls', true), '') like '%prosa.policy%'") == t ]]; then
    listen silent 'sleep 60'
    silent=$LISTENER silent_port=$PORT
    endpoint "http://127.0.0.1:$silent_port/v1"
    gives_up "an endpoint that hangs is given up at the deadline"
    ok "throw_on_error false gives null instead" \
        test "$(sql "$fresh" "set client_min_messages = error" "select prosa.embed('olá', timeout_ms => 500, throw_on_error => false) is null")" = t
    endpoint "https://127.0.0.1:$silent_port/v1"
    gives_up "so is one that hangs in the handshake"
    listen dribble 'print $c "HTTP/1.1 200 OK\r\nX: "; for (1 .. 600) { $c->autoflush; print $c "x"; select undef, undef, undef, 0.1 }'
    endpoint "http://127.0.0.1:$PORT/v1"
    gives_up "and one that sends a byte now and then"
    ok "the backend is free long before the endpoint would be" kill -0 "$silent" "$LISTENER"

    # ---- where no call goes: this very server, addresses of networks, forms that are read in two ways
    server=$(sql "$fresh" "show port")
    sql "$fresh" "select prosa.set_config_value('egress_allowed_hosts', jsonb_build_array('127.0.0.2', 'localhost'))" >/dev/null
    is "$(sql "$fresh" "create function pg_temp.verdict(url text) returns text language plpgsql as \$\$
            begin perform prosa.set_config_value('embedding_provider', jsonb_build_object('protocol', 'openai', 'base_url', url, 'model', 'm')); return prosa.embed('olá');
            exception when others then return sqlstate; end \$\$" \
        "select string_agg(pg_temp.verdict(u), ' ' order by n) from unnest(array['http://127.0.0.1:$server', 'https://localhost:$server', 'http://[::1]:$server',
            'http://127.0.0.2:$server', 'https://10.0.0.1', 'https://169.254.169.254', 'https://127.0.0.3']) with ordinality a (u, n)" \
        "select string_agg(pg_temp.verdict(u), ' ') from unnest(array['https://2130706433', 'https://0x7f.1', 'https://0177.0.0.1', 'https://127.1', 'https://localhost.', 'https://[fe80::1%25eth0]']) u")" \
        $'42501 42501 42501 42501 42501 42501 42501\n22023 22023 22023 22023 22023 22023' "neither this server nor a network nor what may be read as one is called"
    endpoint http://127.0.0.1:1/v1
    is "$(sql "$fresh" "create function pg_temp.state() returns text language plpgsql as \$\$ begin perform prosa.embed('olá', timeout_ms => 1000, max_attempts => 1); exception when others then return sqlstate || sqlerrm; end \$\$" \
        "select count(*) filter (where s like '08001cannot connect%') || ' ' || count(*) filter (where s like '08001%left alone for another 5 s') from (select pg_temp.state() from generate_series(1, 8)) c (s)")" \
        "5 3" "an endpoint that has failed five times is left alone for a while"

    # ---- another jar has no sockets, nor this one's when it calls it
    if command -v javac jar >/dev/null; then
        mkdir "$SCRATCH/probe"
        cat >"$SCRATCH/probe/Probe.java" <<'JAVA'
public final class Probe {
    public static String connect(int port) throws java.io.IOException {
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
            return "connected";
        }
    }

    public static String borrow(String request) throws java.sql.SQLException {
        return dev.prosa.routine.Routines.embed(request);
    }
}
JAVA
        javac --release 17 -cp "$PROSA_JAR" -d "$SCRATCH/probe" "$SCRATCH/probe/Probe.java"
        jar --create --file "$SCRATCH/probe.jar" -C "$SCRATCH/probe" Probe.class
        sql "$fresh" "select sqlj.install_jar(decode('$(base64 -w 0 "$SCRATCH/probe.jar")', 'base64'), 'probe', false), sqlj.set_classpath('public', 'probe:prosa')" \
            "create function public.probe(integer) returns text language java as 'Probe.connect'" \
            "create function public.probe_unsandboxed(integer) returns text language javau as 'Probe.connect'" \
            "create function public.borrow(text) returns text language java as 'Probe.borrow'" >/dev/null
        denied='access denied ("java.net.SocketPermission" "127.0.0.1:'$silent_port'" "connect,resolve")'
        for call in "probe($silent_port)" "probe_unsandboxed($silent_port)" \
            "borrow('{\"provider\": {\"protocol\": \"openai\", \"base_url\": \"http://127.0.0.1:$silent_port\", \"model\": \"m\"}, \"inputs\": [\"x\"], \"timeout_ms\": 500}')"; do
            output=$(psql -XqAt -d "$fresh" -c "select public.$call" 2>&1)
            if [[ $output == *"$denied"* ]]; then pass "the policy gives another jar no socket: ${call%%(*}()"; else fail "the policy gives another jar no socket: ${call%%(*}()" "$output"; fi
        done
    else
        skip 3 "no javac and jar to build another jar with"
    fi
    kill "$silent" "$LISTENER" 2>/dev/null
else
    skip 10 "pljava.policy_urls does not name prosa.policy, so no socket opens"
fi
sql "$fresh" "select prosa.set_config_value('embedding_provider', '$mock')" >/dev/null

# ---- who may call a routine
refused 42501 "$fresh" "set role prosa_app; select prosa._java_embed('{}')" "an application cannot call _java_embed()"
refused 42501 "$fresh" "set role prosa_app; select prosa._java_chat_complete('{}')" "nor _java_chat_complete()"
refused 42501 "$fresh" "set role prosa_worker; select prosa._java_embed('{}')" "nor can the worker"
refused 42501 "$fresh" "set role prosa_app; select prosa.install_jar('file:$PROSA_JAR')" "nor does an application load a jar"
is "$(sql "$fresh" "set role prosa_app" "select vector_dims(prosa.embed('olá'))")" 8 "it calls embed()"

# ---- without them again
ok "drop extension prosa_java takes the routines away" psql -XqAt -v ON_ERROR_STOP=1 -d "$fresh" -c "drop extension prosa_java"
refused 0A000 "$fresh" "select prosa.embed('olá')" "then embed() explains itself"
is "$(sql "$fresh" "select count(*) > 1000 from prosa.messages")" t "and every message is there"
finish
