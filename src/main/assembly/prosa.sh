#!/bin/sh
# Starts the Prosa command line (gateway, worker, tenants, inboxes, keys).
#   JAVA_HOME        the Java (17 or later) to use; else `java` of the PATH
#   PROSA_JAVA_OPTS  further options for the JVM, separated by spaces
set -eu

# The launcher may be called through a symbolic link, as /usr/local/bin/prosa often is.
self=$0
while [ -h "$self" ]; do
    target=$(readlink "$self")
    case $target in
        /*) self=$target ;;
        *) self=$(dirname "$self")/$target ;;
    esac
done
home=$(cd "$(dirname "$self")/.." && pwd)

if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    if [ ! -x "$java" ]; then
        echo "prosa: JAVA_HOME is $JAVA_HOME, but there is no $java: set JAVA_HOME to a Java 17 or later" >&2
        exit 1
    fi
elif ! java=$(command -v java); then
    echo "prosa: no java found: install Java 17 or later (for example openjdk-17-jre-headless) or set JAVA_HOME" >&2
    exit 1
fi

# PROSA_JAVA_OPTS is a list of options: splitting it into words is meant.
# shellcheck disable=SC2086
exec "$java" ${PROSA_JAVA_OPTS:-} -cp "$home/lib/*" dev.prosa.cli.Main "$@"
