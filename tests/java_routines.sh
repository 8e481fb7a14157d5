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
sql "$fresh" "delete from prosa.embeddings" "delete from prosa.embedding_spaces" "delete from prosa.embedding_queue where item_created_at < now() - interval '4 months'"
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

# ---- an endpoint that takes the connection and never answers; it gives up by itself after a minute
perl -MIO::Socket::INET -e '$| = 1; my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die; print $socket->sockport, "\n"; sleep 60' \
    >"$SCRATCH/port" 2>"$SCRATCH/listener" &
listener=$!
for _ in {1..50}; do [[ -s $SCRATCH/port ]] || sleep 0.1; done
hung="{\"protocol\": \"openai\", \"base_url\": \"http://127.0.0.1:$(cat "$SCRATCH/port")/v1\", \"model\": \"m\"}"
sql "$fresh" "select prosa.set_config_value('embedding_provider', '$hung')" >/dev/null
if [[ $(sql "$fresh" "select coalesce(current_setting('pljava.policy_urls', true), '') like '%prosa.policy%'") == t ]]; then
    refused 08006 "$fresh" "select prosa.embed('olá', timeout_ms => 1000)" "an endpoint that hangs is given up at the deadline"
    ok "throw_on_error false gives null instead" \
        test "$(sql "$fresh" "set client_min_messages = error" "select prosa.embed('olá', timeout_ms => 500, throw_on_error => false) is null")" = t
    ok "the backend is free long before the endpoint would be" kill -0 "$listener"
else
    skip 3 "pljava.policy_urls does not name prosa.policy, so no socket opens"
fi
kill "$listener" 2>/dev/null
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
