#!/usr/bin/env bash
# docs/sql-reference.md says what the comments of the database say; docs/operations.md names every rule of lint().
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh

psql -qXAt -d "$PROSA_TEST_TEMPLATE" -f ../docs/sql-reference.sql >"$SCRATCH/sql-reference.md" || fail "the reference is written"
difference=$(diff ../docs/sql-reference.md "$SCRATCH/sql-reference.md" | head -n 20)
is "$difference" "" "docs/sql-reference.md is up to date (CONTRIBUTING.md says how to write it)"
undocumented=$(sql "$PROSA_TEST_TEMPLATE" "select rule from prosa._lint_rules()" | while read -r rule; do
    grep -q "\`$rule\`" ../docs/operations.md || echo "$rule"
done)
is "$undocumented" "" "docs/operations.md names every rule of lint()"
finish
