# shellcheck shell=bash
# TAP for shell tests, and databases and roles that go away with them. Sourced by tests/*.sh.
# Environment: PGHOST PGPORT PGUSER PGDATABASE of a superuser; PROSA_TEST_TEMPLATE names a database with the extension
# installed, to copy from; PROSA_PLJAVA yes or no; PROSA_JAR the jar of the Java routines, as the server sees it.
set -uo pipefail
: "${PROSA_TEST_TEMPLATE:?names a database with the extension prosa installed}"
PROSA_PLJAVA=${PROSA_PLJAVA:-no}
TESTS=0 FAILURES=0
DATABASES=() ROLES=()
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/prosa-test.XXXXXX")

pass() {
    TESTS=$((TESTS + 1))
    echo "ok $TESTS - $1"
}

fail() { # DESCRIPTION [DIAGNOSTICS]
    TESTS=$((TESTS + 1)) FAILURES=$((FAILURES + 1))
    echo "not ok $TESTS - $1"
    [[ -z ${2:-} ]] || sed 's/^/# /' <<<"$2"
}

# is GOT WANTED DESCRIPTION
is() {
    if [[ $1 == "$2" ]]; then pass "$3"; else fail "$3" "got:    $1"$'\n'"wanted: $2"; fi
}

# ok DESCRIPTION COMMAND…: passes when the command succeeds; its output is shown when it does not
ok() {
    local description=$1 output
    shift
    if output=$("$@" 2>&1); then pass "$description"; else fail "$description" "$output"; fi
}

# refused SQLSTATE[|SQLSTATE…] DATABASE STATEMENT DESCRIPTION
refused() {
    local output
    output=$(psql -XqAt -v VERBOSITY=verbose -d "$2" -c "$3" 2>&1)
    if grep -qE "ERROR:  ($1):" <<<"$output"; then pass "$4"; else fail "$4" "wanted SQLSTATE $1, got: $output"; fi
}

skip() { # COUNT REASON
    local i
    for ((i = 0; i < $1; i++)); do
        TESTS=$((TESTS + 1))
        echo "ok $TESTS # SKIP $2"
    done
}

skip_all() {
    echo "1..0 # SKIP $1"
    exit 0
}

needs_pgbench() {
    command -v pgbench >/dev/null || skip_all "pgbench is not on the PATH (PostgreSQL's bin directory)"
}

# run DATABASE DESCRIPTION CLIENTS TRANSACTIONS SCRIPT [SCRIPT…]: at once; pgbench ends a client, and with an error, when a statement fails
run() {
    local database=$1 description=$2 clients=$3 transactions=$4 script arguments=() i=0
    shift 4
    for script; do
        i=$((i + 1))
        printf '%s\n' "$script" >"$SCRATCH/script.$i"
        arguments+=(-f "$SCRATCH/script.$i")
    done
    ok "$description" pgbench -n -c "$clients" -j 2 -t "$transactions" "${arguments[@]}" "$database"
}

diag() { sed 's/^/# /' <<<"$*"; }

# sql DATABASE STATEMENT…: what it prints; an error stops the test as a whole
sql() {
    local database=$1 statement arguments=()
    shift
    for statement; do arguments+=(-c "$statement"); done
    psql -XqAt -v ON_ERROR_STOP=1 -d "$database" "${arguments[@]}" || {
        echo "Bail out! $database: $*"
        exit 1
    }
}

# new_database NAME [TEMPLATE]: its name is made unique and left in NAME
new_database() {
    local name
    name="zz_$1_$$_$RANDOM"
    psql -XqAt -v ON_ERROR_STOP=1 -d postgres -c "create database $name template ${2:-$PROSA_TEST_TEMPLATE}" || {
        echo "Bail out! cannot create a database from ${2:-$PROSA_TEST_TEMPLATE}"
        exit 1
    }
    DATABASES+=("$name")
    printf -v "$1" '%s' "$name"
}

finish() {
    echo "1..$TESTS"
    ((FAILURES == 0)) || diag "$FAILURES of $TESTS failed"
    exit $((FAILURES > 0))
}

cleanup() {
    local status=$? database role
    trap - EXIT
    for database in "${DATABASES[@]}"; do
        psql -XqAt -d postgres -c 'set client_min_messages = warning' -c "drop database if exists $database with (force)"
    done
    for role in "${ROLES[@]}"; do psql -XqAt -d postgres -c 'set client_min_messages = warning' -c "drop role if exists $role"; done
    rm -rf "$SCRATCH"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
