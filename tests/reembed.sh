#!/usr/bin/env bash
# The embedding model changes under load, while workers are killed: no failed query, no result of two models, nothing lost.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
needs_pgbench

db=''   # new_database sets it
new_database db
export PGOPTIONS='-c client_min_messages=warning'
sql "$db" "select prosa.set_config_value('embedding_provider', '{\"protocol\": \"mock\", \"model\": \"one\"}')" >/dev/null
sql "$db" "
create schema load;
grant usage on schema load to public;
-- a vector that tells its model and its text; one and two have the same dimensions
create function load.vector_of(model text, content text) returns real[] immutable language sql as \$\$
    select (case model when 'one' then array[a, 1, 0, 0.1] when 'two' then array[a, 0, 1, 0.1] else array[a, 0, 0, 1, 0.1] end)::real[]
      from (select ('x' || left(md5(content), 6))::bit(24)::integer / 5e7) h (a)
\$\$;
-- a worker: claims, waits as for an endpoint, stores or gives back; each step is a transaction
create procedure load.work(seconds integer) language plpgsql as \$\$
declare
    v_until timestamptz := clock_timestamp() + seconds * interval '1 second';
    v_claim record;
begin
    while clock_timestamp() < v_until loop
        select c.tenant_id, c.provider ->> 'model' as model,
               jsonb_agg(to_jsonb(c) - '{content,provider}'::text[]
                         || jsonb_build_object('embedding', to_jsonb(load.vector_of(c.provider ->> 'model', c.content))::text)) as items
          into v_claim from prosa.claim_embeddings(20, interval '3 seconds') c group by 1, 2;
        commit;
        if v_claim.tenant_id is null then
            perform pg_sleep(0.05);
        elsif random() < 0.05 then
            perform prosa.fail_embeddings(v_claim.tenant_id, v_claim.items, 'busy', 'nobody', interval '100 milliseconds');
        else
            perform pg_sleep(random() * 0.05);
            perform prosa.store_embeddings(v_claim.tenant_id, v_claim.model, v_claim.items);
        end if;
        commit;
    end loop;
end
\$\$;
-- what a search finds: everything that is never edited, and all of it in one space
create function load.search(tenant uuid) returns void language plpgsql as \$\$
declare
    v_model text := (select s.model from prosa.embedding_spaces s where s.status = 'active');
    v_query real[] := case v_model when 'one' then '{0,1,0,0}' when 'two' then '{0,0,1,0}' else '{0,0,0,1,0}' end;
    v_found record;
begin
    select count(*) filter (where s.text like 'stable%') as stable, count(*) filter (where s.similarity_score > 0.8) as near, count(*) as found
      into v_found from prosa.semantic_search(tenant, v_query::vector, 1000, -1) s;
    if v_found.stable <> 600 then
        raise exception 'of 600 messages % are found by %', v_found.stable, v_model;
    elsif v_found.near not in (0, v_found.found) then
        raise exception 'of % results % are of %', v_found.found, v_found.near, v_model;
    elsif v_found.near = 0 and current_setting('transaction_isolation') = 'repeatable read' then
        raise exception 'no result is of the active space';
    end if;
end
\$\$;
-- what of a tenant's messages and memories is not in a space as its model embeds it
create view load.missing as
select s.id as space_id, i.kind, i.id
  from prosa.embedding_spaces s
  join (select tenant_id, 'message' as kind, id, created_at from prosa.messages
        union all select tenant_id, 'memory', id, created_at from prosa.memory_chunks) i on i.tenant_id = s.tenant_id
 cross join lateral prosa._embedding_input(i.tenant_id, i.kind, i.id, i.created_at) t (content)
  left join prosa.embeddings e on e.tenant_id = i.tenant_id and e.space_id = s.id and e.kind = i.kind and e.item_id = i.id
 where t.content is not null and e.embedding::real[] is distinct from load.vector_of(s.model, t.content);
do \$\$
declare
    v_tenant uuid := prosa.create_tenant('Busy', 'enterprise', 'busy');
    v_conversation uuid;
begin
    perform prosa.set_tenant(v_tenant);
    v_conversation := prosa.get_or_create_conversation(prosa.create_inbox('one'), prosa.get_or_create_contact('5500000000001'));
    perform prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', v_conversation, 'role', 'user', 'created_at', now() - i * interval '1 hour',
                'content', case when i <= 600 then 'stable ' else 'loose ' end || i)) from generate_series(1, 750) i));
    perform prosa.upsert_memory(null, 'note', 'memory ' || i, jsonb_build_object('key', i)) from generate_series(1, 50) i;
end
\$\$;
"
for _ in {1..60}; do
    sql "$db" "call load.work(1)"
    [[ $(sql "$db" "select count(*) from load.missing") == 0 ]] && break
done
tenant=$(sql "$db" "select id from prosa.tenants where slug = 'busy'")
# a key for each: noting its use is a write, which two snapshots cannot both do
key=$(sql "$db" "select prosa.create_api_key('$tenant', 'busy')")
is "$(sql "$db" "select count(*) from load.missing")" 0 "everything is embedded by the first model"

# ---- the load
LOAD=() WORKERS=()
client() { # NAME SECONDS SCRIPT: one at a time; AS_APP opens the tenant; ends with an error when a statement fails
    local own
    own=$(sql "$db" "select prosa.create_api_key('$tenant', '$1')")
    printf '%s\n' "${3//AS_APP/set local role prosa_app; select tenant_id from prosa.authenticate(\'$own\');}" >"$SCRATCH/$1.script"
    pgbench -n -c 1 -T "$2" -f "$SCRATCH/$1.script" "$db" >"$SCRATCH/$1.log" 2>&1 &
    LOAD+=("$!")
}
SECONDS_OF_LOAD=30
client reader $SECONDS_OF_LOAD "begin; AS_APP select load.search('$tenant'); commit;"
client snapshot_reader $SECONDS_OF_LOAD "begin isolation level repeatable read; AS_APP select load.search('$tenant'); commit;
\\sleep 20 ms"
client writer $SECONDS_OF_LOAD "\\set n random(1, 1000000)
begin; AS_APP
select message_id from prosa.record_message((select id from prosa.conversations limit 1), 'user', 'fresh ' || :n, created_at => clock_timestamp());
select prosa.upsert_memory(null, 'note', 'changed ' || :n, jsonb_build_object('key', :n % 50));
commit;
\\sleep 200 ms"
client editor $SECONDS_OF_LOAD "\\set n random(601, 750)
\\set deletes random(1, 20)
begin; AS_APP
select case when :deletes = 1 then prosa.delete_message(m.id, m.created_at) else prosa.edit_message(m.id, m.created_at, 'edited ' || clock_timestamp()) end
  from prosa.messages m where m.deleted_at is null and m.message_index = :n;
commit;
\\sleep 30 ms"
# workers come back when they are killed; a killer kills one every half a second
for i in 1 2 3; do
    (while psql -XqAt -d "$db" -c 'select' >/dev/null 2>&1 && [[ ! -e $SCRATCH/stop ]]; do
        PGAPPNAME=load_worker psql -XqAt -d "$db" -c 'set role prosa_worker' -c 'call load.work(5)' >/dev/null 2>"$SCRATCH/worker.$i.log"
        grep 'ERROR:' "$SCRATCH/worker.$i.log" >>"$SCRATCH/worker.errors"
    done) &
    WORKERS+=("$!")
done
(while [[ ! -e $SCRATCH/stop ]]; do
    sleep 0.5
    psql -XqAt -d "$db" -c "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'load_worker' order by random() limit 1" >>"$SCRATCH/killed" 2>/dev/null
done) &
KILLER=$!

as_tenant() { # STATEMENT: as the application
    psql -XqAt -v ON_ERROR_STOP=1 -d "$db" -c "begin; set local role prosa_app; do \$\$ begin perform prosa.authenticate('$key'); end \$\$; $1; commit;"
}
# becomes_active MODEL DESCRIPTION: by itself, within half a minute
becomes_active() {
    local i
    for ((i = 0; i < 150; i++)); do
        [[ $(sql "$db" "select model from prosa.embedding_spaces where status = 'active'") == "$1" ]] && break
        sleep 0.2
    done
    is "$(sql "$db" "select model from prosa.embedding_spaces where status = 'active'")" "$1" "$2"
    ((i < 150)) || diag "$(as_tenant "select * from prosa.reembed_status('$tenant')")"
}
sleep 2
as_tenant "select prosa.reembed('$tenant', 'two')" >/dev/null
becomes_active two "under load the new model replaces the old one, of the same dimensions"
sleep 2
as_tenant "select prosa.reembed('$tenant', 'three')" >/dev/null
becomes_active three "then one of other dimensions does"
sleep 2
as_tenant "select prosa.activate_embedding_space('$tenant', id) from prosa.embedding_spaces where model = 'two'" >/dev/null
becomes_active two "and the one before comes back"
as_tenant "select prosa.drop_embedding_space('$tenant', id) from prosa.embedding_spaces where model = 'one'" >/dev/null
wait "${LOAD[@]}"
touch "$SCRATCH/stop"
wait "$KILLER" "${WORKERS[@]}"

# ---- what came of it
for name in reader snapshot_reader writer editor; do
    if grep -q 'number of failed transactions: 0' "$SCRATCH/$name.log" && ! grep -qE 'ERROR|aborted' "$SCRATCH/$name.log"; then
        pass "the $name met no error: $(sed -n 's/^number of transactions actually processed: //p' "$SCRATCH/$name.log") transactions"
    else
        fail "the $name met no error" "$(tail -20 "$SCRATCH/$name.log")"
    fi
done
is "$(sort "$SCRATCH/worker.errors" 2>/dev/null | uniq -c | head)" "" "nor did the workers, but for being killed"
ok "of which there was enough" test "$(grep -c t "$SCRATCH/killed")" -gt 20
# what was claimed by those that were killed comes back
sql "$db" "select pg_sleep(3)" "call load.work(3)" >/dev/null
is "$(sql "$db" "select count(*) from load.missing m join prosa.embedding_spaces s on s.id = m.space_id where s.status = 'active'")" 0 "every message and memory is in the active space, as its model embeds it"
is "$(sql "$db" "select (select count(*) from prosa.embedding_queue), (select count(*) from prosa.message_outbox)")" "0|0" "nothing waits any more"
is "$(sql "$db" "select count(*) from prosa.embeddings e join prosa.embedding_spaces s on s.tenant_id = e.tenant_id and s.id = e.space_id
                  where (e.embedding::real[])[case s.model when 'one' then 2 when 'two' then 3 else 4 end] <> 1")" 0 "no space has a vector of another model"
is "$(sql "$db" "select count(*) from load.missing m join prosa.embedding_spaces s on s.id = m.space_id join prosa.embeddings e on e.space_id = s.id and e.item_id = m.id where s.status = 'retired'")" 0 "nor a retired one what a message no longer says"
is "$(sql "$db" "select string_agg(model || ' ' || status, ', ' order by model) from prosa.embedding_spaces")" "three retired, two active" "and the space that was dropped is gone"
finish
