#!/usr/bin/env bash
# An adversary with a login, the rights of an application and the key of its own tenant reads and changes nothing of another, nor
# learns what is there. Attempts are made from the catalogue (lib/adversary/attempts.sql), so what is new is attacked as well, and
# sent through real connections, each as one message. They run in two worlds, one with other tenants and a copy where those have no
# rows: nothing of theirs may come back, and both worlds must answer alike.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh

full='' emptied=''   # new_database sets them
app=zz_app_$$ bound=zz_bound_$$ worker=zz_worker_$$ monitor=zz_monitor_$$ nobody=zz_nobody_$$ schema=zz_work
ROLES+=("$app" "$bound" "$worker" "$monitor" "$nobody")
secret() { od -An -N6 -tx1 /dev/urandom | tr -d ' \n'; }
own=adv$(secret) other=adv$(secret) third=adv$(secret)

script() { # DATABASE FILE [NAME=VALUE…]
    local database=$1 file=$2 arguments=() value
    shift 2
    for value; do arguments+=(-v "$value"); done
    psql -XqAt -v ON_ERROR_STOP=1 -d "$database" "${arguments[@]}" -f "lib/adversary/$file" >/dev/null || {
        echo "Bail out! $database: $file"
        exit 1
    }
}
known() { sql "$full" "select value from adversary.known where name = '$1'"; }

# ---------------------------------------------------------------- two worlds
new_database full
sql "$full" "create role $app login in role prosa_app" "create role $bound login" "create role $worker login in role prosa_worker" \
    "create role $monitor login in role prosa_monitor" "create role $nobody login" \
    "create schema $schema" "grant usage, create on schema $schema to public"
for tenant in "$own" "$other" "$third"; do
    script "$full" tenant.sql "name=$tenant" "phone=+55 11 9$(printf '%04d-%04d' $((RANDOM % 10000)) $((RANDOM % 10000)))"
done
sql "$full" "set client_min_messages = warning" "select prosa.grant_tenant_role('$bound', id) from prosa.tenants where slug = '$own'" \
    "select prosa.set_config_value(key, '{\"protocol\": \"mock\", \"model\": \"mock\"}') from prosa.system_config where key in ('embedding_provider', 'chat_provider')" >/dev/null
script "$full" traps.sql "schema=$schema"
script "$full" knowledge.sql "own=$own" "other=$other" "third=$third" "app=$app" "bound=$bound" "schema=$schema"
script "$full" judge.sql
is "$(sql "$full" "select string_agg(t.relation::text, ', ') from adversary.tenant_table t where t.relation::text not like '%_template' and (
    select count(distinct r.tenant) from (select k.name as tenant from adversary.known k where k.name in ('a', 'b', 'c') and exists (select from adversary.rows_of(k.value::uuid) x where x.relation = t.oid)) r) < 3")" \
    "" "each of the three tenants has rows in every table"
new_database emptied "$full"
script "$emptied" emptied.sql

# ---------------------------------------------------------------- attempts
# While they run the other tenant is at work, in a context of the same login that is open, and another login shows a secret.
stop_live() { sql "$full" "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '$full' and backend_type = 'client backend' and pid <> pg_backend_pid()" >/dev/null; }
start_live() {
    stop_live
    psql -XqAt -d "$full" -U "$app" -c begin -c "select prosa.authenticate('$(known b_key)') is null" \
        -c "select 'live', current_setting('app.tenant_seal', true), current_setting('backtrace_functions')" -c "select pg_sleep(600)" >"$SCRATCH/live" 2>&1 &
    psql -XqAt -d "$full" -U "$nobody" -c "select pg_sleep(600), '$(known b_word)'" >/dev/null 2>&1 &
    until grep -qs '^live|' "$SCRATCH/live"; do sleep 0.05; done
    IFS='|' read -r _ live_seal live_note < <(grep '^live|' "$SCRATCH/live")
}

# attack DATABASE: one psql for each login and kind of session; @@ID comes before what an attempt brought
attack() {
    local database=$1 login session options
    while IFS='|' read -r login session; do
        options='-c statement_timeout=10s'
        case $session in
            option) options+=" -c app.tenant_id=$b" ;;
            default) sql "$database" "alter role ${!login} in database $database set app.tenant_id = '$b'" ;;
        esac
        {
            cat lib/adversary/session.sql
            sql "$full" "select format(E'\\\\echo @@%s\n%s', id, script) from adversary.attempt where login = '$login' and session = '$session' order by id"
        } | PGOPTIONS=$options psql -XqAt -U "${!login}" -d "$database" -v VERBOSITY=verbose -v SHOW_CONTEXT=always -v "schema=$schema" -v "session=$session" -v "b=$b" -v "live_seal=$live_seal" -v "live_note=$live_note" 2>&1
        [[ $session != default ]] || sql "$database" "alter role ${!login} in database $database reset app.tenant_id"
    done < <(sql "$full" "select distinct login, session from adversary.attempt order by 1, 2")
}
# outcomes WORLD: what was brought, as COPY reads it
outcomes() {
    awk -v world="$1" '
        /^@@[0-9]+$/ { printf "%s%s\t%s\t", (open ? "\n" : ""), world, substr($0, 3); open = 1; next }
        open { gsub(/\\/, "\\\\\\\\"); gsub(/\t/, "\\t"); gsub(/\r/, "\\r"); printf "%s\\n", $0 }
        END { if (open) print "" }'
}
# run_attempts [CONDITION]: those that meet it, in both worlds; leaves their number and the answers
run_attempts() {
    local world before attacker
    sql "$full" 'truncate adversary.attempt, adversary.outcome' "insert into adversary.attempt select * from adversary.thought where ${1:-true}"
    before=$(sql "$full" 'select adversary.fingerprint()')
    attack "$full" >"$SCRATCH/full" &
    attacker=$!
    attack "$emptied" >"$SCRATCH/emptied"
    wait "$attacker"
    changed=$([[ $before == "$(sql "$full" 'select adversary.fingerprint()')" ]] || echo changed)
    for world in full emptied; do
        outcomes "$world" <"$SCRATCH/$world" | psql -XqAt -v ON_ERROR_STOP=1 -d "$full" -c 'copy adversary.outcome from stdin' || exit 1
    done
    number=$(sql "$full" 'select count(*) from adversary.attempt')
}
# found VIEW [CONDITION]: how many there are, and the first of them
found() {
    sql "$full" "select concat_ws(E'\n', count(*), string_agg(concat_ws(', ', login, context, what), E'\n' order by id) filter (where place <= 10))
        from (select *, row_number() over (order by id) as place from adversary.$1 where ${2:-true}) x"
}
# judge HOW: the tests that every run must pass
judge() {
    local each
    each=$(sql "$full" "select string_agg(format('%s of %s', n, f), ', ' order by f) from (select family, count(*) from adversary.attempt group by 1) x (f, n)")
    is "$(sql "$full" 'select count(*) from adversary.attempt a cross join (values ($$full$$), ($$emptied$$)) w (world) where not exists (select from adversary.outcome o where o.id = a.id and o.world = w.world)')" \
        0 "$1: each of $number attempts ($each) was made in both worlds"
    is "$(found leak)" 0 "$1: $number attempts brought no word of another tenant"
    is "$(found difference)" 0 "$1: $(sql "$full" 'select count(*) from adversary.attempt where is_compared') of them are answered alike where the other tenants have nothing"
    is "$(found tell)" 0 "$1: $(sql "$full" 'select count(*) from adversary.attempt where is_paired is not null') of them ask for a value that another tenant has, or nobody, and are told the same"
    is "$changed" "" "$1: no row of another tenant was changed, nor written again"
}

b=$(known b)
script "$full" attempts.sql
start_live
run_attempts
judge "sealed"
is "$(sql "$full" 'select count(*) >= 10000 and count(distinct context) >= 40 from adversary.attempt')" t "there were $number attempts, in $(sql "$full" 'select count(distinct context) from adversary.attempt') contexts"
is "$(sql "$full" "select count(*) > 500 from adversary.attempt a join adversary.outcome o using (id) where o.world = 'full' and a.family = 'relation' and a.context ~ 'own\$' and o.output ~ 'mk[0-9a-f]{12}'")" \
    t "an attacker in its own tenant sees its own rows"
if PGOPTIONS="-c backtrace_functions=9999999999_prosa_" psql -XqAt -U "$app" -d "$full" -c 'select 1' >"$SCRATCH/connect" 2>&1; then
    fail "a note cannot be brought along as an option of the connection" "$(cat "$SCRATCH/connect")"
else
    pass "a note cannot be brought along as an option of the connection"
fi

# ---------------------------------------------------------------- where contexts cannot be noted
# The right belongs to the cluster: no other test may run beside this one.
restore_note() {
    local status=$?
    psql -XqAt -d postgres -c 'grant set on parameter backtrace_functions to prosa_owner'
    return $status
}
if [[ $(sql postgres "select has_parameter_privilege('prosa_owner', 'backtrace_functions', 'set')") == t ]]; then
    trap 'restore_note; cleanup' EXIT
    sql postgres 'revoke set on parameter backtrace_functions from prosa_owner'
    start_live
    run_attempts "login in ('app', 'bound') and (family = 'relation' and what ~ '(contacts|messages|tenants|mv_tenant_consumption_summary)\$' and what ~ '^(select|count|a cursor|a prepared|copy|a parallel)'
        or family in ('session', 'question') and what ~ 'contact_id|left' or family = 'function' and what ~ 'conversation')"
    judge "with the seal alone"
    restore_note
    trap cleanup EXIT
else
    skip 5 "this server does not note contexts: the seal was tested above"
fi

# ---------------------------------------------------------------- the same attempts find what is open
stop_live
for database in "$full" "$emptied"; do
    sql "$database" 'alter table prosa.contacts disable row level security' \
        'alter policy tenant_isolation on prosa.inboxes using (tenant_id = prosa.current_tenant_id())' \
        'create table prosa.zz_notes (tenant_id uuid, note text)' "insert into prosa.zz_notes select i.tenant_id, i.config::text from prosa.inboxes i" 'grant select on prosa.zz_notes to prosa_app' \
        "create function prosa.zz_tells(contact_id uuid) returns void language plpgsql security definer as \$\$ begin if exists (select from prosa.contacts c where c.id = contact_id) then raise 'not yours'; else raise 'there is none'; end if; end \$\$"
done
script "$full" attempts.sql
run_attempts "what ~ 'contacts\$|inboxes\.|zz_' and context in ('own', 'none', 'wrong, local', 'bound, own')"
isnt() { if [[ $1 == "$2" ]]; then fail "$3" "got: $1"; else pass "$3"; fi; }
isnt "$(found leak "what ~ 'contacts'")" 0 "a table without row security is found"
isnt "$(found leak "what ~ 'zz_notes'")" 0 "a new table is attacked, and found"
isnt "$(found difference "what ~ 'zz_tells'")" 0 "a new function is called, and one that tells is found"
isnt "$(found tell "what ~ 'inboxes'")" 0 "a policy that is evaluated after what a query asks is found"
for database in "$full" "$emptied"; do
    sql "$database" 'alter table prosa.contacts enable row level security' 'drop table prosa.zz_notes' 'drop function prosa.zz_tells' \
        "select prosa.set_config_value('tenant_context', '\"plain\"')" >/dev/null
done
run_attempts "what ~ 'contacts\$' and context = 'wrong, local'"
isnt "$(found leak)" 0 "a setting that is trusted is found"
before=$(sql "$full" 'select adversary.fingerprint()')
sql "$full" "update prosa.contacts set name = name where tenant_id = '$b'"
isnt "$(sql "$full" 'select adversary.fingerprint()')" "$before" "a row that was written again is found"
finish
