#!/usr/bin/env bash
# Sets up Prosa: prerequisites, build, installation into a server, a running demo, the tests, the distribution.
# Read it from top to bottom: helpers, prerequisites, build and copy, private servers, demo, tests, and at the end
# the commands. It works in a clone (builds with Maven) and in an unpacked distribution (nothing to build).
set -Eeuo pipefail
trap 'printf "\ninstall.sh: line %s failed: %s\n  -> what stands above says why\n" "$LINENO" "$BASH_COMMAND" >&2' ERR

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
START_DIR=$PWD
readonly ROOT START_DIR
readonly SUPPORTED="18 17 16 15"                 # PostgreSQL versions, the preferred one first
readonly VECTOR_MIN=0.8.0
readonly VECTOR_SUITES="forky trixie"            # Debian suites whose source package of pgvector may be built
readonly EXIT_STOPPED=3

usage() {
    cat <<'TEXT'
Usage: ./install.sh [COMMAND]

  (none)            install into the server and database that PGHOST, PGPORT, PGDATABASE and PGUSER name
                    (a superuser; the server runs on this machine, or has Prosa's files already)
  demo              a private server with the extension, gateway and worker, and two tenants that talk
  test [PART]       all tests on a private server; PART is pgtap, java, shell or the path of one test file
  package           build the distribution, target/prosa-VERSION.tar.gz
  status [--env]    what of the demo runs, and where (exit 3: nothing); --env prints lines for eval
  stop              stop the demo's gateway, worker and server
  uninstall [--keep-data]
                    stop the demo, remove it and the files copied into PostgreSQL's directories
  --help, --version

Environment:
  PROSA_HOME        where the demo lives (default /var/lib/prosa for root, else ~/.local/share/prosa)
  PG_CONFIG         pg_config of the PostgreSQL to use (default: the newest of 15 to 18 that is installed)
  JAVA_HOME         the JDK to use (default: the java of the PATH; 17 or later)
  PROSA_PORT        first port to try for the demo's gateway (default 8080)
  PROSA_KEYS_DIR    the server's key directory for "./install.sh" alone (default /etc/prosa/keys)
TEXT
}

# ------------------------------------------------------------------------------------------------ helpers

say() { printf '%s\n' "$*"; }
if [[ -t 1 ]]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD='' PLAIN=''; fi
step() { printf '\n%s==> %s%s\n' "$BOLD" "$*" "$PLAIN"; }
note() { printf '  %s\n' "$*"; }
warn() { printf 'note: %s\n' "$*" >&2; }

# die CAUSE [NEXT STEP…]
die() {
    printf '\ninstall.sh: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '  -> %s\n' "$@" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# PostgreSQL refuses to run as root: what serves runs as the postgres user then, else as the caller.
service_user() { if ((EUID == 0)); then echo postgres; else id -un; fi; }

as_service() {
    if ((EUID == 0)); then (cd / && runuser -u postgres -- "$@"); else (cd / && "$@"); fi
}

need_root() {
    ((EUID == 0)) && return
    have sudo || die "this needs root: $1" "run it as root, or install sudo"
    sudo -v || die "sudo was refused; it is needed for: $1" "run ./install.sh as root or as a user who may use sudo"
}

# quietly LABEL COMMAND…: one progress line; the command's output only when it fails.
quietly() {
    local label=$1 started=$SECONDS tick=0 status=0 job
    shift
    printf '  %s ' "$label"
    # in the background, so that `set -e` holds inside COMMAND and the dots can be drawn; Ctrl-C must still reach it
    (trap - INT; "$@") >"$LOG" 2>&1 </dev/null &
    job=$!
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        tick=$((tick + 1))
        ((tick % 15)) || printf '.'
    done
    wait "$job" || status=$?
    if ((status == 0)); then
        printf ' done (%d s)\n' $((SECONDS - started))
        return
    fi
    printf ' FAILED\n\n' && tail -n 40 "$LOG" >&2
    KEEP_LOG=1
    die "failed: $label" "the output above says why (all of it: $LOG)" "mend that and run the same command again: it goes on from here"
}

# version_at_least HAVE WANTED
version_at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | sed -n 1p) == "$2" ]]; }

random_secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
    local port=$1
    while port_in_use "$port"; do port=$((port + 1)); done
    echo "$port"
}

# wait_until SECONDS COMMAND…
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.3
    done
}

WORK=$(mktemp -d "${TMPDIR:-/tmp}/prosa.XXXXXX")
LOG=$WORK/step.log
KEEP_LOG=0
TEST_HOME=
CREATECLUSTER_CONF=

cleanup() {
    local status=$?
    trap - EXIT
    [[ -z $TEST_HOME ]] || test_teardown
    [[ -z $CREATECLUSTER_CONF ]] || as_root rm -f "$CREATECLUSTER_CONF"
    if ((KEEP_LOG)); then find "$WORK" -mindepth 1 ! -path "$LOG" -delete; else rm -rf "$WORK"; fi
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# ------------------------------------------------------------------------------------------------ what is here

# In a clone Maven lays the distribution out under target/; an unpacked distribution is that already.
in_clone() { [[ -f $ROOT/pom.xml ]]; }
if in_clone; then DIST=$ROOT/target/prosa; else DIST=$ROOT; fi
readonly DIST

prosa_version() {
    local control=$ROOT/prosa.control
    in_clone || control=$ROOT/extension/prosa.control
    sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$control"
}

java_major() { # of the Java in directory $1; nothing when there is none
    [[ -x $1/bin/java ]] || return 0
    "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' | sed -n 1p
}

java_candidates() {
    [[ -z ${JAVA_HOME:-} ]] || echo "$JAVA_HOME"
    ! have java || dirname "$(dirname "$(readlink -f "$(command -v java)")")"
    local dir
    for dir in /usr/lib/jvm/*/; do echo "${dir%/}"; done
}

# Sets and exports JAVA_HOME to the first Java that is good enough (with a compiler, where we build).
find_java() {
    local dir major
    while read -r dir; do
        major=$(java_major "$dir")
        if [[ -n $major ]] && ((major >= 17)) && { ! in_clone || [[ -x $dir/bin/javac ]]; }; then
            export JAVA_HOME=$dir
            return 0
        fi
    done < <(java_candidates)
    return 1
}

# PL/Java's own Java: 24 and later cannot enforce its policy.
find_libjvm() {
    local dir major
    while read -r dir; do
        major=$(java_major "$dir")
        if [[ -n $major && -f $dir/lib/server/libjvm.so ]] && ((major >= 17 && major < 24)); then
            echo "$dir/lib/server/libjvm.so"
            return
        fi
    done < <(java_candidates)
    return 1
}

use_pg_config() { # sets PG_MAJOR, PG_BIN, PG_SHARE from one pg_config
    PG_CONFIG=$1
    PG_MAJOR=$("$1" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    PG_BIN=$("$1" --bindir)
    PG_SHARE=$("$1" --sharedir)
    [[ " $SUPPORTED " == *" $PG_MAJOR "* && -x $PG_BIN/postgres ]]
}

find_postgres() {
    local major
    if [[ -n ${PG_CONFIG:-} ]]; then
        [[ -x $PG_CONFIG ]] || die "PG_CONFIG is $PG_CONFIG, which is no program" "set it to the pg_config of PostgreSQL 15 to 18"
        use_pg_config "$PG_CONFIG" ||
            die "PG_CONFIG names PostgreSQL $PG_MAJOR in $PG_BIN, which is no server of 15 to 18" "set it to another, or unset it"
        return
    fi
    for major in $SUPPORTED; do
        [[ -x /usr/lib/postgresql/$major/bin/postgres ]] || continue
        use_pg_config "/usr/lib/postgresql/$major/bin/pg_config" && return
    done
    have pg_config && use_pg_config "$(command -v pg_config)" && return
    PG_CONFIG=
    return 1
}

has_extension() { [[ -n ${PG_SHARE:-} && -f $PG_SHARE/extension/$1.control ]]; }

# ------------------------------------------------------------------------------------------------ prerequisites

# A prerequisite is a word; is_present says whether the machine has it, package_of what apt calls it.
is_present() {
    case $1 in
        java) find_java ;;
        maven) have mvn ;;
        postgresql) [[ -n ${PG_BIN:-} ]] || find_postgres ;;
        pg_prove) have pg_prove ;;
        jq | curl) have "$1" ;;
        *) has_extension "$1" ;;
    esac
}

package_of() {
    case $1 in
        java) if apt_offers openjdk-17-jdk-headless; then jdk_package 17; else jdk_package 21; fi ;;
        postgresql) echo "postgresql-$PG_MAJOR" ;;
        pgcrypto) echo "postgresql-contrib" ;;
        pg_partman) echo "postgresql-$PG_MAJOR-partman" ;;
        pgtap) echo "postgresql-$PG_MAJOR-pgtap" ;;
        pg_cron) echo "postgresql-$PG_MAJOR-cron" ;;
        plpgsql_check) echo "postgresql-$PG_MAJOR-plpgsql-check" ;;
        pg_prove) echo libtap-parser-sourcehandler-pgtap-perl ;;
        *) echo "$1" ;;
    esac
}

jdk_package() { if in_clone; then echo "openjdk-$1-jdk-headless"; else echo "openjdk-$1-jre-headless"; fi; }

# apt as everybody understands it: English, no questions, no service restarts, patient about a lock.
apt() {
    as_root env LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

apt_offers() { [[ $(LC_ALL=C apt-cache policy "$1" 2>/dev/null) =~ 'Candidate: '[^\(] ]]; }

APT_FRESH=0
APT_ERRORS=
apt_refresh() {
    ((APT_FRESH)) && return
    APT_ERRORS=$WORK/apt-update.log
    quietly "refreshing the package lists" apt_update
    APT_FRESH=1
}

# A third party's source that is down must not stop us as long as what we need is offered: apt's errors are kept,
# and shown by not_offered if it is not.
apt_update() {
    apt update >"$APT_ERRORS" 2>&1 || echo "some sources could not be reached; going on with those that could"
}

not_offered() {
    [[ -z $APT_ERRORS || ! -f $APT_ERRORS ]] || grep -E '^(E|W|Err)' "$APT_ERRORS" >&2 || warn "apt-get update reported no error"
    die "apt offers no package $1" \
        "if apt-get update failed (see above), mend the sources under /etc/apt and run this again" \
        "what your distribution does not have, the PostgreSQL project's own apt repository may: package postgresql-common," \
        "directory /usr/share/postgresql-common/pgdg, adds it"
}

apt_install() {
    local package
    for package; do apt_offers "$package" || not_offered "$package"; done
    quietly "installing $*" apt install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@"
}

# The version to install where no server is: the distribution's default if we support it, else the newest it has.
choose_postgres() {
    local default major
    default=$(LC_ALL=C apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p' | sed -n 1p)
    for major in $default $SUPPORTED; do
        if [[ " $SUPPORTED " == *" $major "* ]] && apt_offers "postgresql-$major"; then
            PG_MAJOR=$major
            return
        fi
    done
    not_offered postgresql-15
}

# Debian starts a cluster of its own when a server package is first installed. Prosa needs none, and should leave
# none behind: the one line that prevents it stands in a file of its own, while the package is installed. Where a
# server is installed already nothing of this happens, and its clusters and configuration are left alone.
install_postgres() {
    choose_postgres
    apt_install postgresql-common
    CREATECLUSTER_CONF=/etc/postgresql-common/createcluster.d/prosa-install.conf
    as_root mkdir -p "${CREATECLUSTER_CONF%/*}"
    echo 'create_main_cluster = false' | as_root tee "$CREATECLUSTER_CONF" >/dev/null
    apt_install "postgresql-$PG_MAJOR"
    as_root rm -f "$CREATECLUSTER_CONF"
    CREATECLUSTER_CONF=
    find_postgres || die "PostgreSQL $PG_MAJOR was installed but no server is in /usr/lib/postgresql" "set PG_CONFIG to its pg_config"
}

missing_of() { # those of the words given that are not there, one a line
    local word
    for word; do is_present "$word" || echo "$word"; done
}

# install_missing WORD…: installs what is missing, then makes sure of all of it.
install_missing() {
    local missing packages=() word
    find_java || :   # exports JAVA_HOME where there is one; is_present asks again in a subshell
    find_postgres || :
    mapfile -t missing < <(missing_of "$@")
    ((${#missing[@]})) || return 0
    have apt-get || die "missing: ${missing[*]}" "only on Debian and Ubuntu this installs them: do it with your own package manager"
    need_root "installing ${missing[*]}"
    apt_refresh
    [[ " ${missing[*]} " != *" postgresql "* ]] || install_postgres
    mapfile -t missing < <(missing_of "$@")
    for word in "${missing[@]}"; do packages+=("$(package_of "$word")"); done
    ((${#packages[@]} == 0)) || apt_install "${packages[@]}"
    mapfile -t missing < <(missing_of "$@")
    ((${#missing[@]} == 0)) || die "still missing after the installation: ${missing[*]}" \
        "Java: set JAVA_HOME to a JDK of 17 or later" \
        "extensions belong in ${PG_SHARE:-the sharedir}/extension: set PG_CONFIG if another PostgreSQL is meant"
    find_java || :   # the new one
}

build_prerequisites() {
    install_missing java maven
    note "Java $(java_major "$JAVA_HOME"), Maven"
}

# server_prerequisites WORD…: what a server with Prosa needs, and WORD… besides.
server_prerequisites() {
    local words=(java curl jq postgresql pgcrypto pg_partman)
    ! in_clone || words+=(maven)
    install_missing "${words[@]}" "$@"
    ensure_vector
    ensure_pljava
    note "PostgreSQL $PG_MAJOR, pgvector $(extension_version vector), pg_partman $(extension_version pg_partman)," \
        "Java $(java_major "$JAVA_HOME"), $(if pljava_ready; then echo "PL/Java $(extension_version pljava)"; else echo "no PL/Java"; fi)"
}

extension_version() { sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$PG_SHARE/extension/$1.control"; }

# ---- pgvector: a package where there is one, else Debian's source package of a newer suite

vector_ready() { has_extension vector && version_at_least "$(extension_version vector)" "$VECTOR_MIN"; }

ensure_vector() {
    local package=postgresql-$PG_MAJOR-pgvector
    vector_ready && return
    have apt-get || die "pgvector $VECTOR_MIN or later is missing" "install it for PostgreSQL $PG_MAJOR (github.com/pgvector/pgvector)"
    need_root "installing pgvector"
    apt_refresh
    ! apt_offers "$package" || apt_install "$package"
    vector_ready && return
    apt_install "postgresql-server-dev-$PG_MAJOR" gcc libc6-dev make dpkg-dev
    quietly "building pgvector from Debian's source package" build_vector
    vector_ready || die "pgvector was built, but is not in $PG_SHARE/extension" "set PG_CONFIG to the PostgreSQL to use"
}

# The mirror that this machine's own apt configuration uses for Debian.
debian_mirror() {
    # shellcheck disable=SC2016  # apt expands them
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Identifier: Packages' |
        awk -F '|' '$1 == "Debian" && $2 == "Debian" && !found++ { print $3 }'
}

# apt with a configuration of its own in directory $1: the machine's sources and lists stay as they are.
apt_private() {
    local dir=$1
    shift
    apt -o "Dir::Etc::sourcelist=$dir/sources.list" -o "Dir::Etc::sourceparts=$dir/parts" \
        -o "Dir::State::Lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root "$@"
}

fetch_vector_source() { # suite, mirror, directory
    local suite=$1 mirror=$2 dir=$3 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    mkdir -p "$dir/parts" "$dir/lists/partial" "$dir/cache/archives/partial"
    echo "deb-src [signed-by=$keyring] $mirror $suite main" >"$dir/sources.list"
    apt_private "$dir" update && (cd "$dir" && apt_private "$dir" source pgvector)
}

build_vector() {
    local mirror suite source=
    mirror=$(debian_mirror)
    if [[ -z $mirror ]]; then
        echo "apt is configured with no Debian mirror to take pgvector's source package from."
        echo "Install pgvector $VECTOR_MIN or later for PostgreSQL $PG_MAJOR by hand, then run this again."
        return 1
    fi
    for suite in $VECTOR_SUITES; do
        # a suite that the mirror does not have, or not whole, is no failure while the next one has it
        if fetch_vector_source "$suite" "$mirror" "$WORK/$suite"; then
            source=$(find "$WORK/$suite" -maxdepth 1 -type d -name 'pgvector-*')
            break
        fi
        echo "no pgvector in $suite; trying the next suite"
    done
    [[ -n $source ]] || { echo "none of the suites $VECTOR_SUITES gave pgvector's source package"; return 1; }
    chmod 711 "$WORK"
    as_root chown -R "$(service_user)" "$WORK/$suite"
    as_service make -C "$source" -j2 with_llvm=no "PG_CONFIG=$PG_CONFIG"
    as_root make -C "$source" install with_llvm=no "PG_CONFIG=$PG_CONFIG"
    as_root rm -rf "$WORK/$suite"
    chmod 700 "$WORK"
}

# ---- PL/Java: used where it is; Prosa works without it

pljava_ready() { has_extension pljava && find_libjvm >/dev/null; }

ensure_pljava() {
    local package=postgresql-$PG_MAJOR-pljava
    if ! has_extension pljava && have apt-get && apt_offers "$package"; then
        need_root "installing PL/Java"
        apt_install "$package"
    fi
    pljava_ready && return
    if has_extension pljava; then
        warn "PL/Java is installed, but no Java 17 to 23 (later ones cannot enforce its policy): install openjdk-17-jre-headless to use it"
    else
        note "no PL/Java: prosa.embed() and prosa.chat_complete() will not work in SQL; the worker does everything else."
        note "To have them: $package of the PostgreSQL project's apt repository, or tada.github.io/pljava/build"
    fi
}

# ------------------------------------------------------------------------------------------------ build and copy

# The stamp is as old as the build's beginning: what changed while it ran is newer.
readonly BUILD_STAMP=$ROOT/target/install.stamp

up_to_date() {
    [[ -f $BUILD_STAMP && -d $DIST/lib ]] || return 1
    # directories too: their time changes when a file goes
    [[ -z $(cd "$ROOT" && find . -mindepth 1 '(' -name .git -o -name target -o -name tests -o -name bench ')' -prune \
        -o -newer "$BUILD_STAMP" -print -quit) ]]
}

build() {
    if ! in_clone; then
        [[ -f $DIST/extension/prosa.control && -d $DIST/lib ]] ||
            die "extension/ or lib/ is missing in $ROOT: neither a clone nor a whole distribution" "unpack the tar.gz again"
    elif up_to_date; then
        note "built already"
    else
        touch "$WORK/stamp"
        quietly "building with Maven (the first time it downloads the libraries)" maven -q -DskipTests package
        cp -p "$WORK/stamp" "$BUILD_STAMP"
    fi
}

maven() { (cd "$ROOT" && mvn -B -ntp "$@"); }

# Copies what the server loads: control files and scripts, the PL/Java jar and its policy.
copy_files() {
    local target=$PG_SHARE file
    [[ -d $target/extension ]] || die "there is no directory $target/extension" "install the server's packages again, or set PG_CONFIG"
    if files_current "$target"; then
        note "extension files in $target are current"
        return
    fi
    need_root "copying the extension's files into $target"
    as_root install -d -m 755 "$target/prosa"
    for file in "$DIST"/extension/*; do as_root install -m 644 "$file" "$target/extension/"; done
    for file in "$DIST"/pljava/*; do as_root install -m 644 "$file" "$target/prosa/"; done
    note "extension files copied into $target"
}

files_current() {
    local file
    for file in "$DIST"/extension/*; do cmp -s "$file" "$1/extension/${file##*/}" || return 1; done
    for file in "$DIST"/pljava/*; do cmp -s "$file" "$1/prosa/${file##*/}" || return 1; done
}

# ------------------------------------------------------------------------------------------------ SQL

# psql against the server that the PG* variables name; SQL on standard input or as -c arguments.
PSQL=(psql)
psql_plain() { "${PSQL[@]}" -X -w -q -At -v ON_ERROR_STOP=1 "$@"; }
psql_table() {
    "${PSQL[@]}" -X -w -q -v ON_ERROR_STOP=1 -P footer=off -P border=1 -P null=- -P pager=off "$@" | sed -n 's/^./  &/p'
}

create_extension() {
    psql_plain <<'SQL'
set client_min_messages = warning;
create extension if not exists prosa cascade;
alter extension prosa update;
select 'schema: ' || prosa.install();
SQL
}

create_java_extension() {
    psql_plain -v jar="file:$PG_SHARE/prosa/prosa-pljava.jar" <<'SQL'
set client_min_messages = warning;
create extension if not exists pljava;
create extension if not exists prosa_java;
alter extension prosa_java update;
select prosa.install_jar(:'jar');
SQL
}

# The settings with which PL/Java finds its Java and lets our jar, and no other, open sockets.
pljava_settings() { # secrets directory; prints name=value lines
    local policies="\"file:\${org.postgresql.sysconfdir}/pljava.policy\",\"file:$PG_SHARE/prosa/prosa.policy\",\"=\""
    echo "pljava.libjvm_location=$(find_libjvm)"
    echo "pljava.policy_urls=$policies"
    echo "pljava.vmoptions=-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xms8m -Xmx256m -Dsun.net.inetaddr.ttl=60 -Dprosa.secrets.dir=$1"
}

# ---- keys: secrets are encrypted with them; everything else works without

# make_keys DIRECTORY OWNER: makes what is missing of the keys that the server reads; nothing there is overwritten.
make_keys() {
    local run=()
    [[ $2 == "$(id -un)" ]] || run=(as_root)
    "${run[@]}" env "JAVA_HOME=$JAVA_HOME" "$DIST/bin/prosa" keys init "$1"
    "${run[@]}" chown -R "$2" "$1"
}

use_keys() { psql_plain -v dir="$1" <<<"select prosa.set_key_directory(:'dir')"; }

# ------------------------------------------------------------------------------------------------ private servers

# cluster_create DIRECTORY PORT CRON_DATABASE: a server that only this user (by its socket) and passwords can reach.
cluster_create() {
    local dir=$1 port=$2 cron_database=$3 line locale=()
    ((${#dir} < 75)) || die "the path $dir is too long for a server's socket" "set PROSA_HOME to a shorter directory"
    as_service mkdir -p -m 700 "$dir" "$dir/run" "$dir/secrets" "$dir/log"
    ((PG_MAJOR < 17)) || locale=(--locale-provider=builtin --builtin-locale=C.UTF-8)
    # trust only until pg_hba.conf is written below: nothing listens before
    as_service env LC_ALL=C.UTF-8 "$PG_BIN/initdb" -D "$dir/data" -U postgres -E UTF8 "${locale[@]}" \
        --auth=trust --no-instructions
    as_service tee "$dir/data/pg_hba.conf" >/dev/null <<'CONF'
# the socket stands in a directory that only the server's own user (and root) may enter
local  all  all                trust
host   all  all  127.0.0.1/32  scram-sha-256
CONF
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "port = $port"
        echo "unix_socket_directories = '$dir/run'"
        echo "password_encryption = 'scram-sha-256'"
        echo "timezone = 'UTC'"
        echo "log_timezone = 'UTC'"
        echo "shared_buffers = '256MB'"
        echo "shared_preload_libraries = 'pg_stat_statements$(! has_extension pg_cron || echo ', pg_cron')'"
        if has_extension pg_cron; then
            echo "cron.database_name = '$cron_database'"
            echo "cron.use_background_workers = on"
            echo "max_worker_processes = 16"
        fi
        if pljava_ready; then
            pljava_settings "$dir/secrets" | while IFS= read -r line; do echo "${line%%=*} = '${line#*=}'"; done
        fi
    } | as_service tee -a "$dir/data/postgresql.conf" >/dev/null
}

cluster_running() { as_service "$PG_BIN/pg_ctl" -D "$1/data" status >/dev/null 2>&1; }

cluster_start() {
    as_service env LC_ALL=C.UTF-8 "$PG_BIN/pg_ctl" -D "$1/data" -l "$1/log/postgresql.log" -w -t 60 start || {
        tail -n 20 "$1/log/postgresql.log"
        return 1
    }
}

cluster_stop() { as_service "$PG_BIN/pg_ctl" -D "$1/data" -m "$2" -w -t 60 stop; }   # directory, fast or immediate

# use_cluster DIRECTORY PORT DATABASE: the PG* variables of its superuser, through the socket.
use_cluster() {
    unset PGSERVICE PGPASSFILE PGPASSWORD PGOPTIONS PGHOSTADDR PGSSLMODE
    export PGHOST=$1/run PGPORT=$2 PGDATABASE=$3 PGUSER=postgres
    PSQL=("$PG_BIN/psql")
}

# set_password ROLE PASSWORD: through standard input, and in a session that logs no statement.
set_password() {
    printf "set log_statement = 'none'; set log_min_duration_statement = -1; set log_min_error_statement = 'panic';
alter role %s password '%s';\n" "$1" "$2" | psql_plain
}

# create_login ROLE GROUP
create_login() {
    psql_plain -v role="$1" -v grp="$2" <<'SQL'
set client_min_messages = warning;
select format('create role %I login', :'role') where to_regrole(:'role') is null \gexec
grant :"grp" to :"role";
-- what it sends may be a key, and bound parameters reach the log wherever statements do
alter role :"role" set log_parameter_max_length = 0;
alter role :"role" set log_parameter_max_length_on_error = 0;
alter role :"role" set auto_explain.log_verbose = off;
select format('alter role %I set auto_explain.log_parameter_max_length = 0', :'role')
 where current_setting('server_version_num')::integer >= 160000 \gexec
SQL
}

# ------------------------------------------------------------------------------------------------ demo

if ((EUID == 0)); then : "${PROSA_HOME:=/var/lib/prosa}"; else : "${PROSA_HOME:=${XDG_DATA_HOME:-$HOME/.local/share}/prosa}"; fi
readonly PROSA_HOME DEMO=$PROSA_HOME/demo

prepare_home() {
    [[ $PROSA_HOME == /* && $PROSA_HOME != *[[:space:]\'\"]* ]] ||
        die "PROSA_HOME is \"$PROSA_HOME\"" "set it to an absolute path without spaces and quotes"
    mkdir -p "$PROSA_HOME" || die "$PROSA_HOME cannot be created" "set PROSA_HOME to a directory that $(id -un) may write"
    if ((EUID == 0)); then chown "$(service_user)" "$PROSA_HOME"; fi
}

demo_value() { cat "$DEMO/$1"; }                                    # what an earlier run noted
keep_value() { printf '%s\n' "$2" | as_service tee "$DEMO/$1" >/dev/null; }
keep_secret() { (umask 077 && printf '%s\n' "$2" | as_service tee "$DEMO/$1" >/dev/null); }

demo_url() { echo "http://127.0.0.1:$(demo_value http_port)"; }
demo_login_env() { # the environment with which login $1 reaches the demo's database
    printf '%s\n' PGHOST=127.0.0.1 "PGPORT=$(demo_value pg_port)" PGDATABASE=prosa "PGUSER=$1" "PGPASSFILE=$DEMO/pgpass/$1" \
        "HOME=$DEMO" "JAVA_HOME=$JAVA_HOME"
}

# The demo keeps to the PostgreSQL that it was made with.
use_demo() {
    [[ -f $DEMO/pg_config ]] || return 1
    use_pg_config "$(demo_value pg_config)" ||
        die "the demo in $DEMO was made with $(demo_value pg_config), which is gone" "./install.sh uninstall, then demo, makes a new one"
    use_cluster "$DEMO" "$(demo_value pg_port)" prosa
}

demo_server() {
    if [[ ! -f $DEMO/pg_config ]]; then
        rm -rf "$DEMO"   # what an attempt left that broke off before it had a server
        prepare_home
        quietly "creating a PostgreSQL server" cluster_create "$DEMO" "$(free_port 54321)" prosa
        keep_value pg_port "$(as_service sed -n 's/^port = //p' "$DEMO/data/postgresql.conf")"
        keep_value pg_config "$PG_CONFIG"
    fi
    use_demo
    if cluster_running "$DEMO"; then
        note "PostgreSQL runs on port $PGPORT"
    else
        if port_in_use "$PGPORT"; then demo_move_server; fi
        quietly "starting PostgreSQL on port $PGPORT" cluster_start "$DEMO"
    fi
    [[ $(psql_plain -d postgres -c "select count(*) from pg_database where datname = 'prosa'") == 1 ]] ||
        psql_plain -d postgres -c "create database prosa"
}

# The port that was free when the demo was made is somebody else's now.
demo_move_server() {
    keep_value pg_port "$(free_port "$PGPORT")"
    as_service sed -i "s/^port = .*/port = $(demo_value pg_port)/" "$DEMO/data/postgresql.conf"
    use_demo
}

# Notes the gateway's port, another one when something else took the former.
demo_http_port() {
    if [[ ! -f $DEMO/http_port ]]; then
        keep_value http_port "$(free_port "${PROSA_PORT:-8080}")"
    elif service_gone gateway; then
        keep_value http_port "$(free_port "$(demo_value http_port)")"
    fi
}

demo_logins() {
    local login
    as_service mkdir -p -m 700 "$DEMO/pgpass" "$DEMO/keys"
    create_login prosa_gateway prosa_app
    create_login prosa_jobs prosa_worker
    create_login prosa_operator prosa_admin
    for login in prosa_gateway prosa_jobs prosa_operator; do
        [[ -f $DEMO/pgpass/$login ]] || demo_password "$login" "$(random_secret)"
    done
    # the gateway's second login, which reads the tenants' secrets
    grep -q prosa_jobs "$DEMO/pgpass/prosa_gateway" ||
        keep_secret pgpass/prosa_gateway "$(demo_value pgpass/prosa_gateway; demo_value pgpass/prosa_jobs)"
}

demo_password() {
    set_password "$1" "$2"
    keep_secret "pgpass/$1" "127.0.0.1:*:*:$1:$2"
}

demo_extension() {
    local script
    script=$(cksum <"$DIST/extension/prosa--$(prosa_version).sql")
    # the same version is not upgraded, and its functions would not be the ones that the rest expects
    [[ ! -f $DEMO/extension.sum || $(demo_value extension.sum) == "$script" ]] ||
        die "the demo in $DEMO was made from another build of version $(prosa_version)" \
            "./install.sh uninstall removes it, then ./install.sh demo makes it anew"
    quietly "creating the extension" create_extension
    keep_value extension.sum "$script"
    quietly "making the server's keys" make_keys "$DEMO/keyring" "$(service_user)"
    quietly "naming them to the server" use_keys "$DEMO/keyring"
    if pljava_ready; then
        configure_pljava "$DEMO/secrets"
        quietly "installing the Java routines" create_java_extension
    fi
    if [[ $(server "current_setting('shared_preload_libraries')") == *pg_cron* ]]; then
        psql_plain -c "set client_min_messages = warning" -c "create extension if not exists pg_cron"
    fi
    psql_plain -v port="$(demo_value http_port)" <<'SQL' >/dev/null
select prosa.set_config_value('embedding_provider', jsonb_build_object('protocol', 'openai',
    'base_url', 'http://127.0.0.1:' || :'port' || '/v1', 'model', 'bge-small-en-v1.5-q', 'dimensions', 384));
select prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "mock"}');
select prosa.schedule_jobs();
SQL
}

# ---- gateway and worker

app_fingerprint() { (cd "$DIST" && find bin lib -type f -printf '%p %s %T@\n' | LC_ALL=C sort | cksum); }

# The services run from a copy: the clone may be unreadable for their user, and a build must not pull jars from under them.
demo_app() {
    local current
    current=$(app_fingerprint)
    [[ -f $DEMO/app.sum && $(demo_value app.sum) == "$current" ]] && return
    service_stop gateway
    service_stop worker
    rm -rf "$DEMO/app"
    mkdir "$DEMO/app"
    cp -R "$DIST/bin" "$DIST/lib" "$DEMO/app/"
    chmod -R a+rX "$DEMO/app"
    keep_value app.sum "$current"
}

# $DEMO/prosa: the command line of this demo, as its operator
demo_command_line() {
    {
        echo '#!/bin/sh'
        echo "# prosa's command line for this demo, as the login prosa_operator"
        printf 'exec env'
        demo_login_env prosa_operator | while IFS= read -r line; do printf ' %q' "$line"; done
        printf ' %q "$@"\n' "$DEMO/app/bin/prosa"
    } | as_service tee "$DEMO/prosa" >/dev/null
    as_service chmod 0755 "$DEMO/prosa"
}

process_arguments() { [[ -r /proc/$1/cmdline ]] && tr '\0' ' ' <"/proc/$1/cmdline"; }

# The process of a service, if the one noted is alive and still ours (its class path lies in the demo).
service_pid() {
    local pid
    [[ -f $DEMO/$1.pid ]] || return 1
    pid=$(demo_value "$1.pid")
    [[ $(process_arguments "$pid") == *"$DEMO/app/"* ]] && echo "$pid"
}

# service_start NAME LOGIN COMMAND: as the service user, detached; it notes its own process id.
service_start() {
    local name=$1 login=$2 command=$3 environment
    mapfile -t environment < <(demo_login_env "$login")
    # shellcheck disable=SC2016  # the inner shell expands them
    as_service env "${environment[@]}" PROSA_BIND=127.0.0.1 "PROSA_PORT=$(demo_value http_port)" "PROSA_SECRETS_DIR=$DEMO/secrets" \
        setsid --fork bash -c 'exec >>"$2" 2>&1; echo $$ >"$1"; exec "$3" "$4"' \
        prosa "$DEMO/$name.pid" "$DEMO/log/$name.log" "$DEMO/app/bin/prosa" "$command" </dev/null >/dev/null 2>&1
}

service_gone() { ! service_pid "$1" >/dev/null; }

service_stop() {
    local pid
    pid=$(service_pid "$1") || return 0
    kill "$pid"
    wait_until 20 service_gone "$1" || { warn "the $1 (process $pid) did not end by itself: killing it" && kill -9 "$pid"; }
    as_service rm -f "$DEMO/$1.pid"
    note "stopped the $1 (process $pid)"
}

gateway_healthy() { curl -fsS -o "$WORK/health" --max-time 3 "$(demo_url)/healthz" 2>/dev/null; }

gateway_healthy_or_dead() { gateway_healthy || service_gone gateway; }

demo_services() {
    if service_gone gateway; then
        service_start gateway prosa_gateway serve
        wait_until 10 service_pid gateway >/dev/null || service_failed gateway
        quietly "starting the gateway" wait_until 60 gateway_healthy_or_dead
        gateway_healthy || service_failed gateway
    fi
    if service_gone worker; then
        service_start worker prosa_jobs worker
        wait_until 10 service_pid worker >/dev/null || service_failed worker
    fi
    note "gateway (process $(service_pid gateway)) at $(demo_url), worker (process $(service_pid worker))"
}

service_failed() {
    tail -n 30 "$DEMO/log/$1.log" >&2 || warn "it wrote no log"
    die "the $1 did not start, or does not answer" "its log, $DEMO/log/$1.log, ends as shown above" \
        "run ./install.sh demo again, or ./install.sh uninstall to begin anew"
}

# ---- tenants, conversations

# prosa as the operator; the password comes from the login's password file.
operator() { as_service "$DEMO/prosa" "$@"; }

# demo_tenant SLUG NAME LANGUAGE: tenant, inbox of the same name, webhook token and API key, made once.
demo_tenant() {
    local slug=$1 name=$2 language=$3
    if [[ -z $(tenant_id "$slug") ]]; then
        operator tenant create --name "$name" --slug "$slug" --plan pro --settings "{\"language\":\"$language\"}" >"$WORK/tenant"
    fi
    if [[ -z $(inbox_id "$slug") ]]; then
        operator inbox create --tenant "$slug" --name "$slug" --default --json >"$WORK/inbox.json"
        keep_secret "keys/$slug.webhook" "$(jq -er .webhook_token "$WORK/inbox.json")"
    fi
    if [[ ! -f $DEMO/keys/$slug.webhook ]]; then   # a run that broke off between the two
        operator key create --tenant "$slug" --name demo --scope webhook --inbox "$slug" --json >"$WORK/key.json"
        keep_secret "keys/$slug.webhook" "$(jq -er .key "$WORK/key.json")"
    fi
    if [[ ! -f $DEMO/keys/$slug.api ]]; then
        operator key create --tenant "$slug" --name demo --json >"$WORK/key.json"
        keep_secret "keys/$slug.api" "$(jq -er .key "$WORK/key.json")"
    fi
}

tenant_id() { psql_plain -v slug="$1" <<<"select id from prosa.tenants where slug = :'slug'"; }

inbox_id() { psql_plain -v name="$1" <<<"select id from prosa.inboxes where name = :'name'"; }

# Payloads with their times made absolute: demo/README.md says what the files hold.
demo_payloads() { # slug
    jq -c --argjson base "$(demo_value base_time)" '
        def shift: if type == "string" then (tonumber + $base | tostring) else . + $base end;
        (.. | objects | select(has("messageTimestamp")) | .messageTimestamp) |= shift
        | .date_time |= (. + $base | todate)' "$ROOT/demo/$1.jsonl"
}

# A header with a key, for curl: in a file, so that no key stands on a command line.
curl_header() { (umask 077 && printf 'header = "Authorization: Bearer %s"\n' "$(demo_value "keys/$1")" >"$2"); }

# demo_deliver SLUG: posts each payload to the webhook, over one connection.
demo_deliver() {
    local slug=$1 dir=$WORK/deliver-$1 payload n=0
    mkdir -m 700 "$dir"
    curl_header "$slug.webhook" "$dir/header"
    while IFS= read -r payload; do
        n=$((n + 1))
        printf '%s' "$payload" >"$dir/$n.json"
        ((n == 1)) || echo next
        cat "$dir/header"
        printf '%s\n' "url = \"$(demo_url)/webhook/evolution/$slug\"" 'header = "Content-Type: application/json"' \
            "data-binary = \"@$dir/$n.json\"" "output = \"$dir/$n.answer\"" 'max-time = 30' \
            'write-out = "%{http_code} %{filename_effective}\n"'
    done < <(demo_payloads "$slug") >"$dir/curlrc"
    curl -sS -K "$dir/curlrc" >"$dir/codes" || die "the gateway at $(demo_url) does not take webhooks" "look into $DEMO/log/gateway.log"
    ! grep -v '^200 ' "$dir/codes" >"$dir/refused" || delivery_refused "$dir/refused"
    jq -rs --arg slug "$slug" '[.[].messages[]?.is_duplicate] | "  \($slug): \($calls) webhook calls, " +
        "\(map(select(not)) | length) messages stored, \(map(select(.)) | length) known already"' --argjson calls "$n" "$dir"/*.answer
}

delivery_refused() {
    local code answer
    read -r code answer <"$1"
    head -c 600 "$answer" >&2
    die "the webhook answered $code to a demo message" "its answer stands above; the gateway's log is $DEMO/log/gateway.log"
}

# Of the demo's two tenants: what else is in the queue is the user's own. The deadline moves on while there is progress;
# it is longer than a lease, which a killed worker leaves behind.
demo_wait_for_embeddings() {
    local left last=0 deadline=$((SECONDS + 180))
    local queue="prosa.embedding_queue where tenant_id in (select id from prosa.tenants where slug in ('clinica-sorriso', 'harbor-bikes'))"
    while true; do
        left=$(psql_plain -c "select count(*) from $queue and failed_at is null")
        ((left > 0)) || break
        if ((left != last)); then
            note "$left to embed"
            deadline=$((SECONDS + 180))
        fi
        ((SECONDS < deadline)) ||
            die "$left messages are still not embedded: $(psql_plain -c "select max(last_error) from $queue")" "look into $DEMO/log/worker.log"
        last=$left
        sleep 0.5
    done
    [[ $(psql_plain -c "select count(*) from $queue") == 0 ]] ||
        warn "embedding was given up for some: $(psql_plain -c "select max(last_error) from $queue"); see $DEMO/log/worker.log"
    note "all embedded ($(psql_plain -c 'select count(*) from prosa.embeddings') vectors)"
}

# api SLUG PATH JSON: a call as the tenant's application; the answer is in $WORK/api.answer then.
api() {
    local code
    curl_header "$1.api" "$WORK/api.curlrc"
    code=$(curl -sS -K "$WORK/api.curlrc" --max-time 60 -H 'Content-Type: application/json' -d "$3" \
        -o "$WORK/api.answer" -w '%{http_code}' "$(demo_url)$2")
    if [[ $code != 200 ]]; then
        head -c 600 "$WORK/api.answer" >&2
        die "$2 answered $code" "its answer stands above; the gateway's log is $DEMO/log/gateway.log"
    fi
}

demo_ask() { # slug phone question
    local request
    # the id makes a second run get the stored answer instead of asking again
    request=$(jq -nc --arg phone "$2" --arg message "$3" '{$phone, $message, external_id: "demo: \($message)"}')
    note "$1 is asked: $3"
    api "$1" /api/chat "$request"
    jq -r '"  answer, \(if .is_duplicate then "stored earlier" else "with \(.rag_context | length) passages retrieved" end):
    \(.reply.content)"' "$WORK/api.answer"
}

demo_search() { # slug mode query
    local request
    request=$(jq -nc --arg mode "$2" --arg query "$3" '{$mode, $query, limit: 3, threshold: 0}')
    note "$1, $2 search for \"$3\""
    api "$1" /api/search "$request"
    jq -r '.hits[] | "    \((.score // .similarity_score) * 1000 | round / 1000)  \(.text | gsub("\\s+"; " ") | .[0:110])"' \
        "$WORK/api.answer"
}

demo_consumption() {
    psql_table <<'SQL'
select t.slug as tenant, i.name as inbox, count(*) as days, sum(c.messages_in) as received, sum(c.messages_out) as sent,
       sum(c.input_tokens) as input_tokens, sum(c.output_tokens) as output_tokens
  from prosa.consumption_inbox_daily c
  join prosa.inboxes i on i.tenant_id = c.tenant_id and i.id = c.inbox_id
  join prosa.tenants t on t.id = c.tenant_id
 group by t.slug, i.name order by t.slug, i.name;
SQL
}

# demo_isolation A B WORDS: what B's application, with the gateway's own login, sees of A. Anything is a failure.
demo_isolation() {
    local own other rest forged none foreign
    IFS='|' read -r own other rest forged none < <(demo_seen "$(tenant_id "$1")" "$DEMO/keys/$2.api")
    api "$2" /api/search "$(jq -nc --arg query "$3" '{$query, limit: 20}')"
    foreign=$(demo_hits_of "$(tenant_id "$1")")
    note "as $2, in the gateway's own login: $own messages of its own, $other of $1, $rest other rows of $1"
    note "the same login with app.tenant_id set to $1's: $forged messages; with none: $none"
    note "$2 searches for \"$3\": $foreign hits of $1"
    [[ $own != 0 && $other$rest$forged$none$foreign == 00000 ]] ||
        die "$2 can see what is not its own" "this is a bug of Prosa's: please report it with the lines above"
}

demo_seen() { # tenant A, file of B's key; prints own|A's messages|A's other rows|messages after A was set|messages without a tenant
    PGHOST=127.0.0.1 PGUSER=prosa_gateway PGPASSFILE=$DEMO/pgpass/prosa_gateway psql_plain -v a="$1" -v file="$2" <<'SQL' | paste -s -d '|'
\set key `cat :'file'`
begin;
\o /dev/null
select prosa.authenticate(:'key');
\o
select count(*) from prosa.messages;
select count(*) from prosa.messages where tenant_id = :'a';
select (select count(*) from prosa.contacts where tenant_id = :'a') + (select count(*) from prosa.conversations where tenant_id = :'a')
     + (select count(*) from prosa.embeddings where tenant_id = :'a') + (select count(*) from prosa.inbound_events where tenant_id = :'a')
     + (select count(*) from prosa.tenants where id = :'a');
set local app.tenant_id = :'a';
select count(*) from prosa.messages;
commit;
select count(*) from prosa.messages;
SQL
}

demo_hits_of() { # tenant A; counts its messages among the hits of the last search
    psql_plain -v a="$1" -v ids="$(jq -r '"{\([.hits[].id] | join(","))}"' "$WORK/api.answer")" <<'SQL'
select count(*) from prosa.messages where tenant_id = :'a' and id = any (:'ids'::uuid[]);
SQL
}

# ------------------------------------------------------------------------------------------------ tests

PASSED=0 FAILED=0 SKIPPED=0

test_setup() {
    prepare_home
    TEST_HOME=$(as_service mktemp -d "$PROSA_HOME/test.XXXXXX")
    quietly "creating a PostgreSQL server" test_cluster
    use_cluster "$TEST_HOME" "$(test_port)" postgres
    quietly "starting it" cluster_start "$TEST_HOME"
    psql_plain -c "create database prosa_template"
    export PGDATABASE=prosa_template
    quietly "creating the extension" create_extension
    if pljava_ready; then quietly "installing the Java routines" create_java_extension; fi
    quietly "making the server's keys" make_keys "$TEST_HOME/keyring" "$(service_user)"
    quietly "naming them to the server" use_keys "$TEST_HOME/keyring"
    test_logins
    test_databases
    export PROSA_TEST_TEMPLATE=prosa_template PROSA_JAR=$PG_SHARE/prosa/prosa-pljava.jar PROSA_PLJAVA=no
    if pljava_ready; then PROSA_PLJAVA=yes; fi
}

test_port() { as_service sed -n 's/^port = //p' "$TEST_HOME/data/postgresql.conf"; }

# Nothing here must survive a crash, so nothing waits for the disk.
test_cluster() {
    cluster_create "$TEST_HOME" "$(free_port $((20000 + RANDOM % 10000)))" prosa_test
    printf '%s\n' 'fsync = off' 'synchronous_commit = off' 'full_page_writes = off' |
        as_service tee -a "$TEST_HOME/data/postgresql.conf" >/dev/null
}

test_logins() {
    local login
    create_login prosa_gateway prosa_app
    create_login prosa_jobs prosa_worker
    create_login prosa_operator prosa_admin
    for login in postgres prosa_gateway prosa_jobs prosa_operator; do
        (umask 077 && random_secret >"$WORK/$login.password")
        set_password "$login" "$(cat "$WORK/$login.password")"
    done
}

# One database for each kind of test, so that what JUnit and the scripts commit is in nobody's way.
test_databases() {
    local name
    for name in prosa_test prosa_junit prosa_shell; do
        psql_plain -d postgres -c "create database $name template prosa_template"
    done
    psql_plain -d prosa_test -c "set client_min_messages = warning" -c "create extension pgtap" -c "create extension plpgsql_check"
    # newer plpgsql_check must be loaded before the session's first PL/pgSQL function
    psql_plain -d prosa_test -c "alter database prosa_test set session_preload_libraries = 'plpgsql_check'"
    ! has_extension pg_cron || psql_plain -d prosa_test -c "create extension pg_cron"
}

test_teardown() {
    ! cluster_running "$TEST_HOME" || cluster_stop "$TEST_HOME" immediate >/dev/null || warn "the test server in $TEST_HOME did not stop"
    rm -rf "$TEST_HOME"
    TEST_HOME=
}

# run_tap FILE COMMAND…: counts what the command prints; a crash or a broken plan is a failure too.
run_tap() {
    local file=$1 out=$WORK/tap status=0 passed failed skipped
    shift
    (cd "$ROOT" && "$@") 2>&1 </dev/null | tee "$out" || status=$?
    read -r passed failed skipped < <(awk -v file="$file" -v failures="$WORK/failures" -v skips="$WORK/skips" '
        !/^(not )?ok( [0-9]|  *-)|^1\.\.0 / { next }
        /# *[Ss][Kk][Ii][Pp]/           { skipped++; sub(/^.*# *([Ss][Kk][Ii][Pp])? */, ""); print file ": " $0 >>skips; next }
        /^not ok/                       { failed++; print file ": " $0 >>failures; next }
                                        { passed++ }
        END                             { print passed + 0, failed + 0, skipped + 0 }' "$out")
    if ((status != 0 && failed == 0)); then
        failed=1
        echo "$file: did not run to its end, or not as many tests as planned" >>"$WORK/failures"
    fi
    PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
}

test_pgtap() { # FILE…
    local file
    for file; do
        PGDATABASE=prosa_test run_tap "$file" pg_prove --verbose "$file"
    done
}

test_shell() { # FILE…
    local file
    for file; do
        PGDATABASE=prosa_shell PATH=$PG_BIN:$PATH run_tap "$file" prove --verbose --exec '' "./$file"
    done
}

# In a subshell: the passwords are in this environment only.
junit() (
    local login prefix
    export PROSA_TEST_JDBC_URL=jdbc:postgresql://127.0.0.1:$PGPORT/prosa_junit
    for login in ADMIN:postgres GATEWAY:prosa_gateway WORKER:prosa_jobs OPERATOR:prosa_operator; do
        prefix=PROSA_TEST_${login%%:*}
        export "${prefix}_USER=${login#*:}" "${prefix}_PASSWORD=$(cat "$WORK/${login#*:}.password")"
    done
    unset PGHOST PGPORT PGDATABASE PGUSER
    maven surefire:test "$@"
)

test_java() { # [-Dtest=CLASS]
    local status=0 reports=$ROOT/target/surefire-reports
    rm -rf "$reports"
    junit "$@" </dev/null || status=$?
    mkdir -p "$reports"   # where Maven failed before it ran a test
    java_totals "$status" "$(find "$reports" -name 'TEST-*.xml' -exec cat {} + |
        awk -v failures="$WORK/failures" -v skips="$WORK/skips" '
            function value(name) {
                if (!match($0, " " name "=\"[^\"]*\"")) return ""
                return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
            }
            /<testsuite /          { tests += value("tests"); failed += value("failures") + value("errors"); skipped += value("skipped") }
            /<testcase /           { test = value("classname") "." value("name") }
            /<(failure|error)[ >]/ { print test ": " value("message") >>failures }
            /<skipped/             { print test ": " value("message") >>skips }
            END                    { print tests - failed - skipped, failed + 0, skipped + 0 }')"
}

java_totals() { # STATUS "PASSED FAILED SKIPPED"
    local passed failed skipped
    read -r passed failed skipped <<<"$2"
    if (($1 != 0 && failed == 0)); then
        failed=1
        echo "JUnit: Maven ended with an error and no failed test: see its output" >>"$WORK/failures"
    fi
    PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
}

# The tests of a kind, by their paths in the clone.
test_files() { (cd "$ROOT" && find "$1" -maxdepth 1 -name "$2" -type f | LC_ALL=C sort); }

test_run() { # [PART]
    local part=${1:-all} files
    if [[ $part == all || $part == pgtap ]]; then
        step "SQL (pgTAP)"
        mapfile -t files < <(test_files tests/pgtap '*.sql')
        test_pgtap "${files[@]}"
    fi
    if [[ $part == all || $part == java ]]; then
        step "Java (JUnit)"
        test_java
    fi
    if [[ $part == all || $part == shell ]]; then
        step "Whole server (shell)"
        mapfile -t files < <(test_files tests '*.sh')
        test_shell "${files[@]}"
    fi
    case $part in
        all | pgtap | java | shell) ;;
        tests/*.sql) test_pgtap "$part" ;;
        tests/*.sh) test_shell "$part" ;;
        src/test/*.java) test_java "-Dtest=$(basename "$part" .java)" ;;
    esac
}

# XML's entities as characters, and what is long cut off.
indented() { sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#10;/ /g; s/&amp;/\&/g; s/^/  /; s/^\(.\{300\}\).*/\1…/'; }

test_report() {
    step "Result"
    if [[ -s $WORK/skips ]]; then say "Skipped, and why:" && uniq -c "$WORK/skips" | indented; fi
    if [[ -s $WORK/failures ]]; then say "Failed:" && indented <"$WORK/failures"; fi
    ((PASSED + FAILED + SKIPPED > 0)) || { say "No test was run." && FAILED=1; }
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
    ((FAILED == 0)) || exit 1
}

# ------------------------------------------------------------------------------------------------ installation into a server

# Reaches the server of the PG* variables; as root without PGUSER also as the postgres user, whom Debian lets in.
connect() {
    local error=$WORK/connect.log
    if ! have psql; then
        find_postgres || die "there is no psql on this machine" "install postgresql-client, or let ./install.sh demo set up a server"
        PSQL=("$PG_BIN/psql")
    fi
    psql_plain -c 'select' 2>"$error" >/dev/null && return
    if ((EUID == 0)) && [[ -z ${PGUSER:-} ]] && id postgres >/dev/null 2>&1; then
        PSQL=(as_service "${PSQL[@]}")
        psql_plain -c 'select' 2>>"$error" >/dev/null && return
    fi
    sed 's/^/  /' "$error" >&2
    die "the server cannot be reached" "start it, and set PGHOST, PGPORT, PGDATABASE and PGUSER so that psql connects" \
        "a password belongs in ~/.pgpass (or PGPASSWORD)" "or let ./install.sh demo set up a server of its own"
}

server() { psql_plain -c "select $1"; }

check_server() {
    local user database
    user=$(server "current_user") database=$(server "current_database()")
    note "database $database of $(server "'PostgreSQL ' || current_setting('server_version')"), as $user"
    (($(server "current_setting('server_version_num')::int") >= 150000)) ||
        die "Prosa needs PostgreSQL 15 or later" "upgrade the server, or choose another with PGHOST and PGPORT"
    [[ $(server "rolsuper from pg_roles where rolname = current_user") == t ]] ||
        die "$user is no superuser of the server; CREATE EXTENSION prosa needs one" \
            "set PGUSER to a superuser; root without PGUSER connects as the postgres user"
}

# Whether the server's own directories are ours to write: it listens here, and they exist.
server_is_local() {
    local bin
    [[ $(server "coalesce(host(inet_server_addr()), '127.0.0.1') in ('127.0.0.1', '::1')") == t ]] || return 1
    bin=$(server "setting from pg_config where name = 'BINDIR'")
    [[ -x $bin/pg_config && -x $bin/postgres ]] && PG_CONFIG=$bin/pg_config
}

check_offered() {
    local version offered
    version=$(prosa_version)
    offered=$(psql_plain -v v="$version" <<<"select count(*) from pg_available_extension_versions where name = 'prosa' and version = :'v'")
    [[ $offered == 1 ]] || die "the server offers no extension prosa $version" \
        "its files belong on the server's own machine (or container):" \
        "./install.sh package makes an archive; unpack it there and run its install.sh"
}

# configure_pljava SECRETS: PL/Java's settings for this database, where the server has none of its own.
configure_pljava() {
    local line
    pljava_settings "$1" | while IFS= read -r line; do
        psql_plain -v name="${line%%=*}" -v value="${line#*=}" <<'SQL'
select format('alter database %I set %s = %L', current_database(), :'name', :'value')
 where coalesce(current_setting(:'name', true), '') = ''
    or :'name' = 'pljava.policy_urls' and strpos(current_setting(:'name', true), 'prosa.policy') = 0 \gexec
SQL
    done
}

# The key directory of a server on this machine, unless the database has one already.
install_keys() {
    local directory=${PROSA_KEYS_DIR:-/etc/prosa/keys} owner
    [[ $(server "count(*) from prosa.key_store") == 0 ]] || return 0
    need_root "making the key directory $directory"
    owner=$(as_root stat -c %U "$(server "current_setting('data_directory')")")
    as_root install -d -m 755 "${directory%/*}"
    quietly "making the server's keys in $directory" make_keys "$directory" "$owner"
    quietly "naming them to the server" use_keys "$directory"
    note "keys are in $directory: back them up, apart from the database"
}

next_steps() {
    say "Next:"
    note "create role prosa_gateway login in role prosa_app;      -- and a password; the gateway's login"
    note "create role prosa_jobs login in role prosa_worker;      -- the worker's"
    note "alter role prosa_gateway set log_parameter_max_length = 0;   -- and log_parameter_max_length_on_error; both logins"
    note "select prosa.create_tenant('Clínica Sorriso');"
    note "PGUSER=prosa_gateway $DIST/bin/prosa serve               # REST and webhooks"
    note "PGUSER=prosa_jobs $DIST/bin/prosa worker                 # embeddings, and jobs where there is no pg_cron"
    note "Endpoints for embeddings and chat: select prosa.set_config_value('embedding_provider', '{…}'); see README.md"
}

# ------------------------------------------------------------------------------------------------ commands

command_install() {
    step "Server"
    connect
    check_server
    if server_is_local; then
        step "Prerequisites"
        server_prerequisites
        step "Build"
        build
        copy_files
    else
        note "the server runs elsewhere: nothing is copied"
        PG_SHARE=
    fi
    check_offered
    step "Database"
    quietly "creating the extension" create_extension
    if [[ -n $PG_SHARE ]] && pljava_ready; then
        configure_pljava /etc/prosa/secrets
        quietly "installing the Java routines" create_java_extension
    fi
    [[ -z $PG_SHARE ]] || install_keys
    # pg_cron lives in one database of the server and is reached from the others through dblink
    psql_plain <<<"select 'create extension if not exists dblink' where current_setting('cron.database_name', true) <> current_database() \\gexec"
    psql_table -c "select * from prosa.schedule_jobs()"
    say ""
    psql_table -c "select check_name, ok, detail, case when not ok then hint end as what_to_do from prosa.doctor()"
    next_steps
}

command_demo() {
    local started=$SECONDS
    step "Prerequisites"
    if [[ -f $DEMO/pg_config ]]; then use_demo; fi
    server_prerequisites
    step "Build"
    build
    copy_files
    step "Server"
    demo_server
    demo_http_port
    demo_extension
    demo_logins
    step "Gateway and worker"
    demo_app
    demo_command_line
    demo_services
    step "Conversations of two tenants, through the webhook"
    [[ -f $DEMO/base_time ]] || keep_value base_time "$(date +%s)"
    demo_tenant clinica-sorriso "Clínica Sorriso" portuguese
    demo_tenant harbor-bikes "Harbor Bikes" english
    demo_deliver clinica-sorriso
    demo_deliver harbor-bikes
    demo_wait_for_embeddings
    demo_show
    demo_farewell $((SECONDS - started))
}

demo_show() {
    if pljava_ready; then
        step "Embedding inside the database (PL/Java)"
        note "select vector_dims(prosa.embed('olá'))  ->  $(server "vector_dims(prosa.embed('olá'))")"
    fi
    step "Search"
    demo_search clinica-sorriso semantic "valor do aparelho invisível"
    demo_search clinica-sorriso hybrid "valor do aparelho invisível"
    demo_search harbor-bikes semantic "e-bike battery range"
    demo_search harbor-bikes hybrid "e-bike battery range"
    step "A question, answered with what was found"
    demo_ask clinica-sorriso 5511900000199 "Qual o preço do clareamento a laser?"
    demo_ask harbor-bikes 12075550199 "When will my bike be ready after a tune-up?"
    step "Consumption by inbox"
    demo_consumption
    step "Isolation"
    demo_isolation clinica-sorriso harbor-bikes "clareamento dental"
}

demo_farewell() { # seconds
    step "Ready after $1 s"
    note "Gateway    $(demo_url)   (keys and webhook tokens: $DEMO/keys, readable by $(service_user))"
    note "Ask        curl -H \"Authorization: Bearer \$(cat $DEMO/keys/harbor-bikes.api)\" -H 'Content-Type: application/json' \\"
    note "                -d '{\"phone\": \"+1 555 0100\", \"message\": \"How much is a tune-up?\"}' $(demo_url)/api/chat"
    note "CLI        $DEMO/prosa tenant list"
    note "SQL        $PG_BIN/psql 'host=$PGHOST port=$PGPORT dbname=prosa user=postgres'"
    note "Shell      eval \"\$($ROOT/install.sh status --env)\""
    note "Stop       $ROOT/install.sh stop        remove: $ROOT/install.sh uninstall"
}

command_status() { # [--env]
    local server="stopped" gateway="stopped" worker="stopped" extensions=""
    if ! use_demo; then
        warn "no demo in $DEMO; ./install.sh demo makes one"
        exit "$EXIT_STOPPED"
    fi
    if cluster_running "$DEMO"; then
        server="running on port $PGPORT: $(server "'PostgreSQL ' || current_setting('server_version')")"
        extensions=$(server "string_agg(extname || ' ' || extversion, ', ' order by extname) from pg_extension where extname <> 'plpgsql'")
    fi
    if [[ ${1:-} == --env ]]; then
        [[ $server != stopped ]] || { warn "the demo does not run: start it with ./install.sh demo" && exit "$EXIT_STOPPED"; }
        printf 'export %s=%q\n' PGHOST "$PGHOST" PGPORT "$PGPORT" PGDATABASE prosa PGUSER postgres PROSA_URL "$(demo_url)"
        return
    fi
    service_gone gateway || gateway="running, process $(service_pid gateway), $(demo_url), $(gateway_health)"
    service_gone worker || worker="running, process $(service_pid worker)"
    say "demo in $DEMO"
    note "server     $server"
    [[ -z $extensions ]] || note "           $extensions"
    note "gateway    $gateway"
    note "worker     $worker"
    [[ "$server $gateway $worker" != "stopped stopped stopped" ]] || exit "$EXIT_STOPPED"
}

gateway_health() { if gateway_healthy; then echo healthy; else echo "not healthy: see $DEMO/log/gateway.log"; fi; }

command_stop() {
    if ! use_demo; then
        say "nothing to stop: there is no demo in $DEMO"
        return
    fi
    service_stop worker
    service_stop gateway
    if cluster_running "$DEMO"; then
        quietly "stopping the server" cluster_stop "$DEMO" fast
    fi
    say "stopped; ./install.sh demo starts it again"
}

command_uninstall() { # [--keep-data]
    local share
    step "Demo"
    if [[ -f $DEMO/pg_config && -x $(demo_value pg_config) ]]; then
        command_stop
    else
        service_stop worker
        service_stop gateway
    fi
    if [[ ! -e $DEMO ]]; then
        note "none in $DEMO"
    elif [[ ${1:-} == --keep-data ]]; then
        note "kept $DEMO"
    else
        rm -rf "$DEMO"
        note "removed $DEMO"
    fi
    step "Files in PostgreSQL's directories"
    while read -r share; do uninstall_files "$share"; done < <(share_directories | sort -u)
    [[ ! -d /etc/prosa/keys ]] || note "kept the keys in /etc/prosa/keys: what they encrypted cannot be read without them"
    say "Packages and pgvector stay. Databases that have the extension keep it, and their data, until you drop them."
}

share_directories() {
    local config
    for config in "${PG_CONFIG:-}" /usr/lib/postgresql/*/bin/pg_config "$(type -P pg_config || :)"; do
        [[ ! -x $config ]] || "$config" --sharedir
    done
}

uninstall_files() { # SHAREDIR
    local file name
    for name in extension/prosa.control 'extension/prosa--*.sql' extension/prosa_java.control 'extension/prosa_java--*.sql' prosa; do
        # the name's pattern is meant to be expanded here
        for file in "$1"/$name; do
            [[ -e $file ]] || continue
            need_root "removing $file"
            as_root rm -rf "$file"
            note "removed $file"
        done
    done
}

command_package() {
    in_clone || die "the distribution is built in a clone; this is an unpacked one already"
    step "Prerequisites"
    build_prerequisites
    step "Build"
    build
    say "$ROOT/target/prosa-$(prosa_version).tar.gz"
}

command_test() { # [PART]
    local part=${1:-all}
    in_clone || die "the tests are in the source tree, not in the distribution" "clone the repository and run ./install.sh test there"
    part=$(cd "$START_DIR" && test_part "$part") || exit 1
    step "Prerequisites"
    server_prerequisites pgtap pg_prove pg_cron plpgsql_check
    step "Build"
    build
    copy_files
    step "Test server"
    test_setup
    test_run "$part"
    test_report
}

test_part() { # PART as given; prints a kind of test, or a file's path in the clone
    local path
    case $1 in all | pgtap | java | shell) echo "$1" && return ;; esac
    [[ -f $1 ]] || die "there is no test file $1" "name pgtap, java, shell or a file of tests/ or src/test/java"
    path=$(realpath --relative-to="$ROOT" "$1")
    case $path in
        tests/*.sql | tests/*.sh | src/test/*Test.java) echo "$path" ;;
        *) die "$path is no test" "name a file of tests/ or src/test/java" ;;
    esac
}

# command ARGUMENTS…: refuses what the command does not know
main() {
    local command=${1:-install}
    (($# == 0)) || shift
    case $command in
        -h | --help | help) usage && return ;;
        --version) say "prosa $(prosa_version)" && return ;;
    esac
    case "$command $*" in
        "install " | "demo " | "package " | "stop " | "status " | "status --env" | "uninstall " | "uninstall --keep-data") ;;
        "test "*) (($# < 2)) || unknown "test takes one part at most" ;;
        *) unknown "unknown: $command $*" ;;
    esac
    "command_$command" "$@"
}

unknown() {
    printf 'install.sh: %s\n\n' "$1" >&2
    usage >&2
    exit 2
}

main "$@"
