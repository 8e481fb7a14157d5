#!/usr/bin/env bash
# Many who change things at once: no chain of the audit log forks, has a gap or fails to verify, and nobody deadlocks.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
needs_pgbench

db=''   # new_database sets it
new_database db
sql "$db" "select prosa.run_maintenance()" "select prosa.create_tenant('Busy', 'pro', 'busy-' || i) from generate_series(1, 4) i" >/dev/null
findings="select count(*) from prosa.audit_heads h cross join lateral prosa.verify_audit_chain(h.tenant_id) v"
# per chain: as many entries as its last number, each number once, each predecessor once
forks="select count(*) from (select tenant_id from prosa.audit_log group by 1
    having min(sequence) <> 1 or max(sequence) <> count(*) or count(distinct sequence) <> count(*) or count(distinct previous_hash) <> count(*)) x"
entries() { sql "$db" "select count(*) from prosa.audit_log where object = '$1'"; }
as_admin="begin;
set local role prosa_admin;"
change="\\set n random(1, 5)
$as_admin
select prosa.set_tenant_setting((select id from prosa.tenants where slug = 'busy-1'), 'k' || :n, to_jsonb(clock_timestamp()));
insert into prosa.agents (tenant_id, name, agent_type) select id, gen_random_uuid(), 'SDR' from prosa.tenants where slug = 'busy-1';"

run "$db" "8 clients change one tenant, every third change is taken back" 8 60 "$change
commit;" "$change
commit;" "$change
rollback;"
is "$(entries agents)" "$(sql "$db" "select count(*) from prosa.agents")" "each change that stayed has its entry, and no other ($(entries agents))"
is "$(sql "$db" "$forks")|$(sql "$db" "$findings")" "0|0" "the chain has no gap and no fork, and verifies"

# a statement over four tenants takes their chains in one order, whatever the order of its rows
run "$db" "8 clients write to four tenants in any order, while others verify and one keeps the partitions" 8 40 "$as_admin
insert into prosa.agents (tenant_id, name, agent_type) select id, gen_random_uuid(), 'SDR' from prosa.tenants where slug like 'busy-%' order by random();
commit;" "\\set n random(1, 4)
$as_admin
insert into prosa.agents (tenant_id, name, agent_type) select id, gen_random_uuid(), 'SDR' from prosa.tenants, generate_series(1, 3) where slug = 'busy-' || :n;
commit;" "begin;
set local role prosa_monitor;
do \$\$
begin
    if exists ($findings having count(*) > 0) then
        raise exception 'a chain is broken while others write to it';
    end if;
end
\$\$;
commit;" "begin;
set local role prosa_worker;
select prosa.run_maintenance();
commit;"
is "$(entries agents)" "$(sql "$db" "select count(*) from prosa.agents")" "each change has its entry ($(entries agents))"
is "$(sql "$db" "$forks")|$(sql "$db" "$findings")" "0|0" "no chain has a gap or a fork, and all verify"

# two who create the first entry of a chain
run "$db" "8 clients begin the same chains" 8 20 "\\set n random(1, 40)
begin;
select prosa._audit(('10000000-0000-0000-0000-' || lpad(:n::text, 12, '0'))::uuid, 'begin_chain', 'test');
commit;"
is "$(entries test)|$(sql "$db" "$forks")|$(sql "$db" "$findings")" "160|0|0" "each begins once"

# maintenance had not run: what waits in the default partition is moved while others write
sql "$db" "set client_min_messages = warning" "do \$\$
declare
    v_months text := (select string_agg(c.oid::regclass::text, ', ') from pg_class c join pg_inherits h on h.inhrelid = c.oid
        where h.inhparent = 'prosa.audit_log'::regclass and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT');
begin
    execute 'drop table ' || v_months;
    delete from prosa.audit_heads;
end
\$\$"
run "$db" "8 clients change four tenants while maintenance empties the default partition" 8 40 "\\set n random(1, 4)
$as_admin
insert into prosa.agents (tenant_id, name, agent_type) select id, gen_random_uuid(), 'SDR' from prosa.tenants where slug = 'busy-' || :n;
commit;" "\\set n random(1, 4)
$as_admin
select prosa.set_tenant_setting((select id from prosa.tenants where slug = 'busy-' || :n), 'k', to_jsonb(clock_timestamp()));
commit;" "\\set n random(1, 20)
\\if :n = 1
-- it may yield, the others may not fail
do \$\$ begin perform prosa.run_maintenance(); exception when others then raise notice '%', sqlerrm; end \$\$;
\\endif"
sql "$db" "set role prosa_worker" "select prosa.run_maintenance()" >/dev/null
is "$(sql "$db" "select count(*) from prosa.audit_log_default")" 0 "it is empty"
is "$(sql "$db" "$forks")|$(sql "$db" "$findings")" "0|0" "no chain lost anything ($(entries agents) changes)"
is "$(sql "$db" "select count(*) from prosa._unprotected_audit_tables()")" 0 "and every month is append-only"
finish
