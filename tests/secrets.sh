#!/usr/bin/env bash
# Secrets on their way through everything that logs: a canary that is sent every way appears nowhere; keys are rotated
# under load without a failed read; a dump holds no secret and is of use only with the key directory.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh

PROSA=../target/prosa/bin/prosa
[[ -x $PROSA ]] || skip_all "the command line is not built: mvn package"
[[ $(sql postgres "select count(*) from pg_extension e, pg_settings s where e.extname = 'plpgsql' and s.name = 'shared_preload_libraries' and s.setting ~ 'pg_stat_statements'") == 1 ]] ||
    skip_all "the server has not loaded pg_stat_statements (shared_preload_libraries)"
for tool in pgbench perl curl; do command -v $tool >/dev/null || skip_all "there is no $tool"; done

# ---- a server that logs what it can, and keys of this test's own
random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
DATA=$(sql postgres "show data_directory")
OWNER=$(stat -c %U "$DATA")
LOG=$(readlink "/proc/$(head -n 1 "$DATA/postmaster.pid")/fd/2")
[[ -f $LOG ]] || skip_all "the server's log is no file"
KEYS=$(mktemp -d /tmp/prosa-keys.XXXXXX)
PASSWORD=$(random_hex 16)
ENDPOINT='' GATEWAY='' LOGINS=()

stop_all() {
    local login
    [[ -z $GATEWAY ]] || kill "$GATEWAY" 2>/dev/null
    [[ -z $ENDPOINT ]] || kill "$ENDPOINT" 2>/dev/null
    [[ -z $GATEWAY ]] || wait "$GATEWAY" 2>/dev/null
    for database in "${DATABASES[@]}"; do psql -XqAt -d postgres -c "drop database if exists $database with (force)" 2>/dev/null; done
    for login in "${LOGINS[@]}"; do psql -XqAt -d postgres -c "drop role if exists $login"; done
    rm -rf "$KEYS"
}
trap 'status=$?; stop_all; (exit "$status"); cleanup' EXIT

guarded=''   # new_database sets it
new_database guarded
ok "the server's keys are made" "$PROSA" keys init "$KEYS/server"
cp -pR "$KEYS/server" "$KEYS/backup"
chown -R "$OWNER" "$KEYS"
sql "$guarded" "delete from prosa.key_store" "delete from prosa.data_keys"
ok "and named to the server" psql -XqAt -v ON_ERROR_STOP=1 -d "$guarded" -c "select prosa.set_key_directory('$KEYS/server')"
sql "$guarded" "create extension if not exists pg_stat_statements" "select pg_stat_statements_reset()" >/dev/null
for setting in "log_statement = 'all'" "log_min_duration_statement = 0" "log_error_verbosity = 'verbose'" "log_parameter_max_length = -1" "log_parameter_max_length_on_error = -1" \
    "pg_stat_statements.track = 'all'" "pg_stat_statements.track_utility = on" "session_preload_libraries = 'auto_explain'" \
    "auto_explain.log_min_duration = 0" "auto_explain.log_nested_statements = on" "auto_explain.log_verbose = on"; do
    sql postgres "alter database $guarded set $setting"
done
for group in app worker admin; do
    login=zz_${group}_$$
    LOGINS+=("$login")
    # as install.sh makes its logins
    sql postgres "set log_statement = 'none'" "set log_min_duration_statement = -1" "create role $login login password '$PASSWORD' in role prosa_$group" \
        "alter role $login set log_parameter_max_length = 0" "alter role $login set log_parameter_max_length_on_error = 0" \
        "alter role $login set auto_explain.log_verbose = off"
    (($(sql postgres "show server_version_num") < 160000)) || sql postgres "alter role $login set auto_explain.log_parameter_max_length = 0"
done
(umask 077 && echo "*:*:*:*:$PASSWORD" >"$SCRATCH/pgpass")
as() { PGUSER=zz_$1_$$ PGPASSFILE=$SCRATCH/pgpass psql -XqAt -d "$guarded" "${@:2}"; }   # GROUP psql-ARGUMENT…
cli() { env PGHOST=127.0.0.1 "PGDATABASE=$guarded" "PGUSER=zz_admin_$$" "PGPASSFILE=$SCRATCH/pgpass" "$PROSA" "$@"; }

# ---- what is looked for: the canary as it is, in hexadecimal, and in base64 wherever it may begin
CANARY=canary-$(random_hex 12)
forms() { # TEXT
    printf '%s\n' "$1"
    printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'
    echo
    local shift encoded
    for shift in '' x xx; do
        encoded=$(printf '%s%s' "$shift" "$1" | base64 -w0)
        echo "${encoded:4:$((${#encoded} - 8))}"
    done
}
# seen TEXT FILE…: in how many of the files it is, in any form
seen() {
    forms "$1" >"$SCRATCH/forms"
    grep -raliFf "$SCRATCH/forms" "${@:2}" 2>/dev/null | wc -l
}
# what the server's views show, as files; the statements that ask hold no canary
views() {
    sql "$guarded" "select query from pg_stat_statements" >"$SCRATCH/views/statements.$1"
    sql "$guarded" "select query from pg_stat_activity" >"$SCRATCH/views/activity.$1"
}
mkdir "$SCRATCH/views" "$SCRATCH/output"

tenant=$(sql "$guarded" "select prosa.create_tenant('Canary', 'pro', 'canary')")
sql "$guarded" "select prosa.grant_tenant_role('zz_app_$$', '$tenant')" >/dev/null
other=$(sql "$guarded" "select prosa.create_tenant('Other', 'pro', 'other')")
sql "$guarded" "begin" "select prosa.set_tenant('$tenant')" "select prosa.create_inbox('front', 'evolution')" "commit" >/dev/null

# ---- the control: a secret that somebody sends unsealed is found, so the search works; and the server does not repeat it
CONTROL=control-$(random_hex 12)
as admin -c "select prosa.set_secret('$tenant', 'control', '$CONTROL')" >"$SCRATCH/output/control" 2>&1
is "$(grep -c 'not sealed' "$SCRATCH/output/control")" 1 "an unsealed secret is refused"
as admin -c "do \$\$ begin perform '$CONTROL'; end \$\$" >>"$SCRATCH/output/control" 2>&1
views control
is "$(seen "$CONTROL" "$LOG")" 1 "control: what is sent in the clear is in the log"
is "$(seen "$CONTROL" "$SCRATCH/views/statements.control")" 1 "control: and, of a DO, in pg_stat_statements"
is "$(seen "$CONTROL" "$SCRATCH/output/control")" 0 "the error does not repeat it"
printf 'a line of base64: %s\n' "$(printf 'xx%s' "$CONTROL" | base64 -w0)" >"$SCRATCH/views/control"
is "$(seen "$CONTROL" "$SCRATCH/views/control")" 1 "control: it would be found in base64"
printf '%s' "$CONTROL" | od -An -v -tx1 | tr -d ' \n' >"$SCRATCH/views/control"
is "$(seen "$CONTROL" "$SCRATCH/views/control")" 1 "control: and in hexadecimal"

# ---- every way in
seal() { printf '%s' "$1" | cli seal; }
sealed=$(seal "$CANARY")
is "$(head -n 1 <<<"$sealed")" "-----BEGIN PGP MESSAGE-----" "the client seals a secret"
{
    printf '%s\n' "$CANARY" | cli secret set --tenant canary --name by_cli
    as admin -c "select prosa.set_secret('$tenant', 'by_select', '$sealed')"
    as admin -c "prepare p (uuid, text, text) as select prosa.set_secret(\$1, \$2, \$3)" -c "execute p('$tenant', 'by_execute', '$sealed')"
    as admin -c "do \$do\$ begin perform prosa.set_secret('$tenant', 'by_do', '$sealed'); end \$do\$"
    as admin -c "create procedure pg_temp.keep(text) language plpgsql as 'begin perform prosa.set_secret(''$tenant'', ''by_call'', \$1); end'" -c "call pg_temp.keep('$sealed')"
    as admin -c "select prosa.set_external_service('$tenant', 'crm', 'crm', sealed_secret => '$sealed')"
    as admin -c "select prosa.set_llm_provider('$tenant', 'second', base_url => 'https://llm.example/v1', sealed_secret => '$sealed')"
} >"$SCRATCH/output/in" 2>&1
is "$(sql "$guarded" "select count(*) from prosa.list_secrets('$tenant') where masked = '••••${CANARY: -4}'")" 7 "by the command line, SELECT, EXECUTE, DO, CALL and two upserts it is kept"
views in

# ---- errors inside
addressed() { printf '%s' "$CANARY" | cli seal --tenant "$1" --name "$2"; }
{
    as admin -c "select prosa.set_secret('$tenant', 'bad', '$(addressed other bad)')"
    as admin -c "select prosa.set_secret('$tenant', 'bad', '$(addressed canary $'bad\nand a second line')')"
    as admin -c "select prosa.set_secret('$tenant', '../bad', '$sealed')"
    as admin -c "select prosa.set_secret('$tenant', 'bad', '${sealed:0:300}${sealed:310}')"
    as admin -c "select prosa.set_llm_provider('$tenant', 'bad', 'telepathy', sealed_secret => '$sealed')"
    as admin -c "select prosa.set_secret('$tenant', 'bad', '$sealed'), 1 / (random() * 0)::integer"
    as worker -c "select prosa._reveal_secret('$other', 'by_cli')"
    as app -c "select prosa._reveal_secret('$tenant', 'by_cli')"
} >"$SCRATCH/output/errors" 2>&1
is "$(grep -c '^ERROR' "$SCRATCH/output/errors")" 8 "errors inside are errors"
views errors

# ---- an endpoint that is called with the tenant's key: through the gateway, the worker and the Java routines
perl lib/endpoint.pl "$SCRATCH/seen" >"$SCRATCH/port" &
ENDPOINT=$!
for _ in {1..50}; do [[ -s $SCRATCH/port ]] || sleep 0.1; done
printf '%s' "$CANARY" | cli provider set --tenant canary --name stub --base-url "http://127.0.0.1:$(cat "$SCRATCH/port")/v1" --chat-model stub \
    --embedding-model stub --dimensions 3 --default --secret >"$SCRATCH/output/provider" 2>&1
key=$(cli key create --tenant canary --name test)
is "$(as admin -c "select count(*) from prosa.llm_providers where tenant_id = '$tenant' and name = 'stub' and secret_name = 'llm-stub'")" 1 "a provider is set by the command line"

env PGHOST=127.0.0.1 "PGDATABASE=$guarded" "PGUSER=zz_app_$$" "PGPASSFILE=$SCRATCH/pgpass" "PROSA_SECRETS_USER=zz_worker_$$" PROSA_LOCAL_MODEL=off \
    "$PROSA" serve --port 0 >"$SCRATCH/output/gateway" 2>&1 &
GATEWAY=$!
for _ in {1..150}; do grep -q 'listens on' "$SCRATCH/output/gateway" || sleep 0.2; done
url=$(sed -n 's/.*listens on //p' "$SCRATCH/output/gateway")
(umask 077 && printf 'header = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$key" >"$SCRATCH/curlrc")
chat() { curl -sS -K "$SCRATCH/curlrc" --max-time 30 -d '{"phone": "+5511900000000", "message": "Olá"}' "$url/api/chat"; }
is "$(chat | sed -n 's/.*"content" *: *"\([^"]*\)".*/\1/p')" "Claro!" "the gateway answers with the tenant's endpoint"
is "$(sort -u "$SCRATCH/seen")" "/v1/chat/completions Bearer $CANARY
/v1/embeddings Bearer $CANARY" "which it called with the tenant's key"
: >"$SCRATCH/seen"
env PGHOST=127.0.0.1 "PGDATABASE=$guarded" "PGUSER=zz_worker_$$" "PGPASSFILE=$SCRATCH/pgpass" "$PROSA" worker --once >"$SCRATCH/output/worker" 2>&1
is "$(sort -u "$SCRATCH/seen")" "/v1/embeddings Bearer $CANARY" "so does the worker"
curl -sS --max-time 30 -H "Authorization: Bearer ${key%?}0" -d '{"phone": "1", "message": "x"}' "$url/api/chat" >"$SCRATCH/output/refused" 2>&1
is "$(grep -c 'not valid\|invalid' "$SCRATCH/output/refused")" 1 "a key that is mistyped is refused"
views gateway
if [[ $PROSA_PLJAVA == yes && $(sql "$guarded" "select coalesce(current_setting('pljava.policy_urls', true), '') like '%prosa.policy%'") == t ]]; then
    : >"$SCRATCH/seen"
    export PGOPTIONS='-c client_min_messages=error'
    sql "$guarded" "create extension if not exists prosa_java cascade" "select prosa.install_jar('file:$PROSA_JAR')" >/dev/null
    is "$(sql "$guarded" "begin" "select prosa.set_tenant('$tenant')" "set local role prosa_app" "select prosa.chat_complete('[{\"role\": \"user\", \"content\": \"Olá\"}]') ->> 'content'" "commit" | tail -n 1)" \
        "Claro!" "the Java routines answer with the tenant's endpoint"
    unset PGOPTIONS
    is "$(sort -u "$SCRATCH/seen")" "/v1/chat/completions Bearer $CANARY" "which they called with the tenant's key"
    views java
else
    skip 2 "PL/Java is not available on this server, or its policy opens no socket"
fi

# ---- a value of the application, as a bound parameter
FIELD=field-$(random_hex 12)
cat >"$SCRATCH/field.sql" <<SQL
begin;
select prosa.set_tenant('$tenant');
select 1 / (prosa.decrypt_sensitive_field(prosa.encrypt_sensitive_field(:cpf, 'customers.cpf'), 'customers.cpf') = :cpf)::integer;
select prosa.decrypt_sensitive_field(:cpf);
commit;
SQL
PGUSER=zz_app_$$ PGPASSFILE=$SCRATCH/pgpass PGHOST=127.0.0.1 pgbench -n -M extended -t 1 -f "$SCRATCH/field.sql" -D "cpf=$FIELD" "$guarded" >"$SCRATCH/output/field" 2>&1
is "$(grep -c 'decryption failed' "$SCRATCH/output/field")" 1 "a bound value is encrypted and decrypted; what is none fails"
views field

# ---- rotation, and a dump
former=$(sql "$guarded" "select master_key_id from prosa.key_store")
sql "$guarded" "select prosa.rotate_tenant_key('$tenant')" "select prosa.rotate_master_key()" >"$SCRATCH/output/rotation"
rm "$KEYS/server/master-$former.key"
is "$(as worker -c "select prosa._reveal_secret('$tenant', 'by_cli') || prosa._reveal_secret('$tenant', 'by_do')" 2>&1 | sed "s/$CANARY/*/g")" "**" "after both rotations the worker reads it"
views rotation
ok "the database is dumped" pg_dump -f "$SCRATCH/views/dump" "$guarded"
ok "with its secrets" grep -q 'v1:[0-9a-f]\{8\}:' "$SCRATCH/views/dump"
sql "$guarded" "checkpoint"

# ---- nowhere
is "$(tr '\0' '\n' <"/proc/$GATEWAY/cmdline" >"$SCRATCH/views/cmdline"; tr '\0' '\n' <"/proc/$GATEWAY/environ" >"$SCRATCH/views/environ"; seen "$CANARY" "$SCRATCH/views/cmdline" "$SCRATCH/views/environ")" 0 "no process carries it in its arguments or environment"
for what in "the secret|$CANARY" "the API key|${key##*_}" "the value|$FIELD"; do
    text=${what#*|}
    is "$(seen "$text" "$LOG")" 0 "${what%|*} is in no line of the server's log"
    is "$(seen "$text" "$SCRATCH"/views/statements.*)" 0 "in no statement of pg_stat_statements"
    is "$(seen "$text" "$SCRATCH"/views/activity.*)" 0 "in no query of pg_stat_activity"
    is "$(seen "$text" "$SCRATCH"/views/dump)" 0 "in no line of the dump"
    is "$(seen "$text" "$SCRATCH"/output)" 0 "in no error, and no output of gateway, worker and command line"
    is "$(seen "$text" "$DATA")" 0 "in no file of the server: tables, write-ahead log, statistics, crash reports"
done
is "$(grep -c 'Query Text' "$LOG" | sed 's/^[1-9][0-9]*$/many/')" many "control: auto_explain wrote plans, of nested statements too"

# ---- rotation under load
printf 'one' | cli secret set --tenant canary --name one >/dev/null
cat >"$SCRATCH/read.sql" <<SQL
select 1 / (prosa._reveal_secret('$tenant', 'one') = 'one')::integer;
SQL
cat >"$SCRATCH/write.sql" <<SQL
begin;
select prosa.set_tenant('$tenant');
select 1 / (prosa.decrypt_sensitive_field(prosa.encrypt_sensitive_field('two')) = 'two')::integer;
select 1 / (prosa.decrypt_sensitive_field('$(sql "$guarded" "begin" "select prosa.set_tenant('$tenant')" "select prosa.encrypt_sensitive_field('before')" "commit" | sed -n '/^v1:/p')') = 'before')::integer;
commit;
SQL
# quiet now: this is about reads, not about logs
for setting in log_statement log_min_duration_statement session_preload_libraries auto_explain.log_min_duration; do sql postgres "alter database $guarded reset $setting"; done
sql "$guarded" "select 1" >/dev/null
PGUSER=zz_worker_$$ PGPASSFILE=$SCRATCH/pgpass PGHOST=127.0.0.1 pgbench -n -c 2 -T 12 -f "$SCRATCH/read.sql" "$guarded" >"$SCRATCH/readers" 2>&1 &
readers=$!
PGUSER=zz_app_$$ PGPASSFILE=$SCRATCH/pgpass PGHOST=127.0.0.1 pgbench -n -c 2 -T 12 -f "$SCRATCH/write.sql" "$guarded" >"$SCRATCH/writers" 2>&1 &
writers=$!
rotations=0
# each master key's file goes as soon as it may; the tenant's key changes, and so does the secret, meanwhile
while kill -0 $readers 2>/dev/null && ((rotations < 100)); do
    former=$(sql "$guarded" "select master_key_id from prosa.key_store")
    sql "$guarded" "select prosa.rotate_master_key()" "select prosa.rotate_tenant_key('$tenant')" >/dev/null
    rm "$KEYS/server/master-$former.key"
    rotations=$((rotations + 1))
done
wait $readers $writers
reads=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$SCRATCH/readers")
writes=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$SCRATCH/writers")
is "$(cat "$SCRATCH/readers" "$SCRATCH/writers" | grep -c 'ERROR\|aborted')" 0 "$rotations rotations of both keys under load, and no failed read"
ok "in which something was read: ${reads:-0} secrets, ${writes:-0} times two fields" test "${reads:-0}" -gt 200 -a "${writes:-0}" -gt 100 -a "$rotations" -gt 10
refused 55000 "$guarded" "begin isolation level repeatable read; select prosa.rotate_master_key()" "a rotation that would not see every key is refused"
is "$(find "$KEYS/server" -name 'master-*' | wc -l)" 1 "one master key is left of them"
is "$(as worker -c "select prosa._reveal_secret('$tenant', 'one')")" one "and the secret is read"
is "$(sql "$guarded" "select count(*) filter (where retired_at is null), count(distinct master_key_id) from prosa.data_keys where tenant_id = '$tenant'")" "1|1" "one data key is current, all are wrapped by one master key"
is "$(sql "$guarded" "select count(*) from prosa.secrets s join prosa.data_keys d on d.tenant_id = s.tenant_id and d.key_id = split_part(s.ciphertext, ':', 2) where d.retired_at is not null")" 0 "and no secret was left with a retired one"

# ---- a reader between the row and the file: the key that the row names is rotated away and its file removed meanwhile
former=$(sql "$guarded" "select master_key_id from prosa.key_store")
sql "$guarded" "alter function prosa._read_key(text, text) rename to _read_key_at_once" "create function prosa._read_key(p_directory text, p_file text) returns text language plpgsql as \$\$
    begin
        if current_setting('application_name') = 'slow' and p_file = 'master-$former.key' then
            perform pg_sleep(3);
        end if;
        return prosa._read_key_at_once(p_directory, p_file);
    end \$\$"
PGAPPNAME=slow sql "$guarded" "select prosa._reveal_secret('$tenant', 'one')" >"$SCRATCH/slow" &
slow=$!
sleep 1
sql "$guarded" "select prosa.rotate_master_key()" >/dev/null
rm "$KEYS/server/master-$former.key"
wait $slow
is "$(cat "$SCRATCH/slow")" one "a reader whose key goes between two steps reads with the new one"
sql "$guarded" "drop function prosa._read_key(text, text)" "alter function prosa._read_key_at_once(text, text) rename to _read_key"

# ---- restored elsewhere
restored=''
new_database restored template0
pg_dump -Fc -f "$SCRATCH/custom" "$guarded"
ok "the dump is restored" pg_restore --exit-on-error -d "$restored" "$SCRATCH/custom"
is "$(sql "$restored" "select prosa._reveal_secret('$tenant', 'one')")" one "with the same key directory its secrets are read"
mv "$KEYS/server" "$KEYS/away"
refused 58P01 "$restored" "select prosa._reveal_secret('$tenant', 'one')" "without it they are not, and it says why"
refused 58P01 "$restored" "select prosa.set_key_directory('$KEYS/server')" "nor can it be named"
mv "$KEYS/away" "$KEYS/elsewhere"
is "$(sql "$restored" "select prosa.set_key_directory('$KEYS/elsewhere') like 'keys are read from%'" "select prosa._reveal_secret('$tenant', 'one')" | paste -sd ' ')" "t one" "in another place it is named anew"
refused 55000 "$restored" "select prosa.set_key_directory('$KEYS/backup')" "a backup of the directory from before the rotation lacks the key"
sql "$restored" "update prosa.key_store set directory = '$KEYS/backup'"
refused 58P01 "$restored" "select prosa._reveal_secret('$tenant', 'one')" "and is of no use"

finish
