#!/usr/bin/env bash
# A filled database, dumped and restored elsewhere, is the same database and goes on working.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh

source='' target=''   # new_database sets them
new_database source
new_database target template0

if [[ $PROSA_PLJAVA == yes ]]; then
    if [[ $(sql "$source" "select count(*) from pg_extension where extname = 'prosa_java'") == 0 ]]; then
        PGOPTIONS='-c client_min_messages=error' sql "$source" "create extension prosa_java cascade"
    fi
    sql "$source" "select prosa.install_jar('file:$PROSA_JAR')" >/dev/null
fi
ok "a database is filled" psql -XqAt -v ON_ERROR_STOP=1 -d "$source" -f lib/fill.sql
is "$(sql "$source" "select count(*) >= 1200 and count(distinct tableoid) >= 20 from prosa.messages")" t "with messages of twenty months and more"
is "$(sql "$source" "select count(*) from prosa.messages_default")" 1 "one of them in the default partition still"
key=$(sql "$source" "select prosa.create_api_key(id, 'before the dump') from prosa.tenants where slug = 'sorriso'")

ok "it is dumped" pg_dump -Fc -f "$SCRATCH/dump" "$source"
ok "and restored without an error" pg_restore --exit-on-error -d "$target" "$SCRATCH/dump"

# ---- the same
for database in "$source" "$target"; do
    psql -XqAt -v ON_ERROR_STOP=1 -d "$database" -f lib/fingerprint.sql >"$SCRATCH/$database" || fail "the fingerprint of $database"
done
same() { # PATTERN LEAST DESCRIPTION
    local difference count
    count=$(grep -c "$1" "$SCRATCH/$source")
    if ((count < $2)); then
        fail "$3" "only $count to compare"
    else
        difference=$(diff <(grep "$1" "$SCRATCH/$source") <(grep "$1" "$SCRATCH/$target") | head -n 10)
        is "$difference" "" "$3 ($count)"
    fi
}
same '^rows of ' 40 "every row of every table"
same '^table ' 40 "tables, partitions with their bounds, row security, grants"
same '^column ' 300 "columns with defaults, storage and grants"
same '^index ' 100 "indexes"
same '^constraint ' 100 "constraints"
same '^policy ' 100 "policies"
same '^trigger ' 2 "triggers"
same '^view ' 2 "views"
same '^function ' 80 "functions with owners and grants"
same '^comment on ' 120 "comments"
same '^schema ' 1 "the schema's grants"
same '^member of ' 80 "members of the extensions"
same '^extension ' 4 "extensions"
same '^partman' 3 "pg_partman's configuration and its grants"
is "$(wc -l <"$SCRATCH/$target")" "$(wc -l <"$SCRATCH/$source")" "and nothing else"
is "$(diff "$SCRATCH/$source" "$SCRATCH/$target")" "" "the two databases are the same"
# the comparison notices
sql "$target" "begin; update prosa.contacts set name = 'other' where id = (select id from prosa.contacts limit 1); commit"
psql -XqAt -d "$target" -f lib/fingerprint.sql >"$SCRATCH/changed"
is "$(diff "$SCRATCH/$target" "$SCRATCH/changed" | grep -c '^[<>] rows of prosa.contacts')" 2 "a row that differs would be noticed"

# ---- works on
is "$(sql "$target" "select count(*) from prosa.doctor() where not ok and check_name in ('schema', 'pgvector', 'row security', 'owner', 'lint', 'months ahead', 'audit')")" 0 "doctor() finds the restored database well"
is "$(sql "$target" "begin" "select count(*) from prosa.authenticate('$key')" "set local role prosa_app" "select count(distinct tenant_id) from prosa.messages" "commit" | paste -sd ' ')" \
    "1 1" "a key from before the dump opens its tenant, and that alone"
secret="select count(*), min(encode(secret, 'hex')) from prosa.context_secret"
is "$(sql "$target" "$secret" | cut -c 1-2) $([[ $(sql "$target" "$secret") == "$(sql "$source" "$secret")" ]] && echo same)" "1| " "the secret that seals contexts is another one"
is "$(sql "$target" "begin" "set local role prosa_app" "select count(*) from prosa.messages" "commit")" 0 "without a tenant an application sees nothing"
refused 42501 "$target" "set role prosa_app; insert into prosa.contacts (tenant_id) select null" "and writes no table"
search="select string_agg(s.message_id::text, ',') from (select prosa.set_tenant(id), id from prosa.tenants where slug = 'harbor') t,
    lateral prosa.semantic_search(t.id, '[1,2,3]', 50, -1) s"
found=$(sql "$target" "$search")
is "${#found}" 1849 "a search finds fifty messages"
is "$found" "$(sql "$source" "$search")" "the same, in the same order"
sql "$target" "select prosa.set_config_value('embedding_provider', 'null')" >/dev/null
is "$(psql -XqAt -d "$target" -c begin -c "select prosa.set_tenant(id) from prosa.tenants where slug = 'harbor'" -c "select count(*) from prosa.hybrid_search('mensagem', p_limit => 7)" -c commit 2>&1 |
    grep -v '^HINT' | paste -sd ' ')" " NOTICE:  searched by text only: the query has no embedding 7" "a search by words says that it is one"
record="select r.message_index, r.is_duplicate from (select prosa.set_tenant(id), id from prosa.tenants where slug = 'harbor') t,
    lateral (select id from prosa.conversations where tenant_id = t.id and last_message_index = 80 order by id limit 1) c"
is "$(sql "$target" "begin" "$record, lateral prosa.record_message(c.id, 'user', 'after the restore', 'new') r" "commit")" "81|f" "a message is recorded, with the next index"
is "$(sql "$target" "begin" "select count(*) from (select prosa.set_tenant(id) from prosa.tenants where slug = 'harbor') t,
    lateral (select m.conversation_id, m.external_id from prosa.messages m where m.tenant_id = prosa.current_tenant_id() and m.external_id like 'harbor-%' limit 20) m,
    lateral prosa.record_message(m.conversation_id, 'user', 'again', m.external_id) r where r.is_duplicate" "commit")" 20 "what was delivered before the dump is a duplicate"
is "$(sql "$target" "set role prosa_worker" "select prosa.run_maintenance() ->> 'messages_drained_from_default'")" 1 "maintenance runs, as the worker"
is "$(sql "$target" "select count(*) from prosa.messages_default")" 0 "and drains the default partition"
is "$(sql "$target" "set role prosa_worker" "select prosa.refresh_consumption_summary() > 0")" t "consumption is summed up"
is "$(sql "$target" "select count(*) from (
    select tenant_id, inbox_id, (created_at at time zone 'UTC')::date, coalesce(agent_type, 'none'), count(*) filter (where role = 'user'), sum(output_tokens) from prosa.messages group by 1, 2, 3, 4
    except select tenant_id, inbox_id, day, agent_type, messages_in, output_tokens from prosa.consumption_inbox_daily) x")" 0 "and equals the messages"
is "$(sql "$target" "set client_min_messages = warning" "select prosa.install() like 'Prosa % is installed%'")" t "install() has nothing to say against it"
broken="select count(*) from prosa.audit_heads h cross join lateral prosa.verify_audit_chain(h.tenant_id)"
is "$(sql "$target" "$broken")|$(sql "$target" "select count(*) >= 20 and count(distinct tenant_id) = 4 from prosa.audit_log")" "0|t" "every chain of the audit log is intact"
is "$(sql "$target" "begin" "set local role prosa_admin" "select prosa.set_tenant_setting(id, 'note', '1') from prosa.tenants where slug = 'harbor'" "commit" "$broken")" $'\n0' "and goes on"
refused 42501 "$target" "update prosa.audit_log set action = 'other'" "it is append-only, for a superuser too"
refused 42501 "$target" "truncate prosa.audit_log_default" "also a partition"

# ---- the extension does not go while the tables need it
refused 2BP01 "$target" "drop extension prosa" "DROP EXTENSION without CASCADE is refused"
is "$(sql "$target" "select count(*) >= 1200 from prosa.messages")" t "and takes no message with it"

# ---- the Java routines
if [[ $PROSA_PLJAVA == yes ]]; then
    mock='{"protocol": "mock", "model": "mock", "dimensions": 8}'
    for database in "$source" "$target"; do sql "$database" "select prosa.set_config_value('embedding_provider', '$mock')" >/dev/null; done
    vector=$(PGOPTIONS='-c client_min_messages=error' sql "$target" "select prosa.embed('olá')")
    is "$(tr -cd , <<<"$vector" | wc -c)" 7 "a Java routine called in the restored database gives its eight numbers"
    is "$vector" "$(PGOPTIONS='-c client_min_messages=error' sql "$source" "select prosa.embed('olá')")" "the same as in the first"
else
    skip 2 "PL/Java is not available on this server"
fi
finish
