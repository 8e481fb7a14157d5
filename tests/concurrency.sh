#!/usr/bin/env bash
# Many writers at once: nothing lost, nothing twice, no gap, no failed transaction, and the counters equal the sums.
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
# shellcheck source=lib/tap.sh
source lib/tap.sh
needs_pgbench

db=''   # new_database sets it
new_database db
sql "$db" "set client_min_messages = warning" "
do \$\$
declare
    v_tenant uuid := prosa.create_tenant('Busy', 'pro', 'busy');
    v_inbox uuid;
begin
    perform prosa.set_tenant(v_tenant);
    v_inbox := prosa.create_inbox('one');
    perform prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('5500000000' || lpad(i::text, 3, '0'))) from generate_series(1, 12) i;
end
\$\$"
tenant=$(sql "$db" "select id from prosa.tenants where slug = 'busy'")
conversation=$(sql "$db" "select id from prosa.conversations order by created_at, id limit 1")
key=$(sql "$db" "select prosa.create_api_key('$tenant', 'busy')")
as_app="begin;
set local role prosa_app;
select tenant_id from prosa.authenticate('$key');"

count() { sql "$db" "select count(*) from $1"; }

# ---- one conversation
run "$db" "8 clients record 40 messages each into one conversation" 8 40 "$as_app
select prosa.record_message('$conversation', 'user', 'hello', created_at => clock_timestamp(), output_tokens => 3);
commit;"
is "$(sql "$db" "select count(*), min(message_index), max(message_index), count(distinct message_index) from prosa.messages where conversation_id = '$conversation'")" "320|1|320|320" "its indexes are 1 to 320, without a gap"
is "$(sql "$db" "select last_message_index, last_message_at = (select max(created_at) from prosa.messages where conversation_id = '$conversation') from prosa.conversations where id = '$conversation'")" "320|t" "and the conversation knows the last"
run "$db" "8 clients commit 40 more each, with fewer waits for the disk" 8 40 "\\set n random(0, 249)
set role prosa_app;
call prosa.commit_message('$conversation', 'user', 'hello', 'D' || :n, clock_timestamp(), output_tokens => 3, api_key => '$key');"
is "$(sql "$db" "select count(*) = max(message_index), min(message_index), count(distinct message_index) = count(*), count(external_id) = count(distinct external_id) and count(external_id) > 100 from prosa.messages where conversation_id = '$conversation'")" "t|1|t|t" "and what is delivered twice among them leaves no gap either"
is "$(sql "$db" "select last_message_index = (select count(*) from prosa.messages where conversation_id = '$conversation') from prosa.conversations where id = '$conversation'")" "t" "nor moves the conversation on"

# ---- redelivery: every client delivers the same ids, in batches that overlap, in any order, over twelve conversations
run "$db" "8 clients deliver the same 200 ids in overlapping batches" 8 15 "\\set first random(0, 19)
$as_app
select count(*) from prosa.record_messages((
    select jsonb_agg(jsonb_build_object('conversation_id', c.id, 'role', 'user', 'content', 'x', 'external_id', 'B' || n, 'output_tokens', 1) order by random())
      from generate_series(1, 40) i cross join lateral (select (:first * 10 + i) % 200 as n) k
      join (select id, row_number() over (order by created_at, id) as place from prosa.conversations) c on c.place = 1 + k.n % 12));
commit;"
run "$db" "then one by one" 8 40 "\\set n random(0, 299)
$as_app
select prosa.record_message((select id from prosa.conversations order by created_at, id offset :n % 12 limit 1), 'user', 'x', 'B' || :n, clock_timestamp());
commit;"
sql "$db" "select prosa.refresh_consumption_summary()" >/dev/null
is "$(sql "$db" "select count(*) - count(distinct external_id), count(*) - (select count(*) from prosa.message_ledger where external_id like 'B%') from prosa.messages where external_id like 'B%'")" "0|0" "each id is one message and one ledger row"
is "$(sql "$db" "select count(*) from prosa.messages where external_id ~ '^B([0-9]|[0-9][0-9]|1[0-9][0-9])\$'")" 200 "and none of the 200 is missing"

# ---- strangers: twelve phones and one webhook message, by everybody at once
run "$db" "8 clients receive messages of the same 12 new phones" 8 20 "\\set phone random(100, 111)
$as_app
select count(*) from prosa.receive_message('551190000' || :phone, 'oi', 'Ana');
commit;"
is "$(sql "$db" "select count(*), count(distinct contact_id) from prosa.contact_identities where value like '551190000%'")" "12|12" "there is one contact a phone"
is "$(sql "$db" "select count(*), count(distinct c.contact_id) from prosa.conversations c join prosa.contact_identities i on i.contact_id = c.contact_id where i.value like '551190000%'")" "12|12" "one conversation a contact"
is "$(sql "$db" "select count(*) from prosa.contacts c where not exists (select from prosa.contact_identities i where i.contact_id = c.id)")" 0 "and no contact that nobody is"
run "$db" "8 clients deliver the same 5 webhook calls" 8 10 "\\set n random(1, 5)
$as_app
select prosa.receive_webhook('evolution', 'one', jsonb_build_object('event', 'messages.upsert', 'data', jsonb_build_object('key', jsonb_build_object('remoteJid', '55119777777' || :n || '@s.whatsapp.net', 'id', 'W' || :n, 'fromMe', false),
    'pushName', 'Lia', 'message', jsonb_build_object('conversation', 'oi'))));
commit;"
is "$(sql "$db" "select count(*), count(distinct external_id) from prosa.messages where external_id like 'W%'")" "5|5" "each is stored once"
is "$(sql "$db" "select count(*), count(*) filter (where status = 'stored') from prosa.inbound_events")" "80|80" "every call is kept, none failed"

# ---- summing, claiming and storing while others write
run "$db" "writers, the consumption summary and four workers at once" 8 25 "$as_app
select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', c.id, 'role', 'assistant', 'content', 'busy', 'agent_type', 'SDR', 'output_tokens', 2)) from prosa.conversations c));
commit;" "begin;
set local role prosa_worker;
select prosa.refresh_consumption_summary();
commit;" "begin;
set local role prosa_worker;
select prosa.store_embeddings(x.tenant_id, 'test', x.items) from (
    select c.tenant_id, jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'embedding', '[1,2,3]')) as items from prosa.claim_embeddings(20) c group by 1) x;
commit;"
is "$(sql "$db" "select (select count(*) from prosa.embeddings) + (select count(*) from prosa.embedding_queue) + (select count(*) from prosa.message_outbox) - (select count(*) from prosa.messages)")" 0 "every message is embedded or queued, once"
is "$(sql "$db" "select count(*) > 0 from prosa.embeddings")" t "some were embedded"

# ---- edits, deletions and delivery status of messages that are being written, settled and embedded
changed=$(sql "$db" "set client_min_messages = warning" "
do \$\$ begin
    perform prosa.set_tenant('$tenant');
    perform prosa.record_message(prosa.get_or_create_conversation((select id from prosa.inboxes), prosa.get_or_create_contact('5500000000999')), 'user', 'changed ' || i, 'C' || i) from generate_series(1, 30) i;
end \$\$" "select conversation_id from prosa.messages where external_id = 'C1'")
sql "$db" "create function public.change(p_n integer, p_what text) returns void language plpgsql as \$\$
declare
    v_key record;
begin
    select m.id, m.created_at into v_key from prosa.messages m where m.conversation_id = '$changed' and m.message_index = p_n;
    case p_what
        when 'edit' then perform prosa.edit_message(v_key.id, v_key.created_at, 'edited ' || random(), clock_timestamp());
        when 'delete' then perform prosa.delete_message(v_key.id, v_key.created_at, clock_timestamp());
        else perform prosa.set_delivery_status(v_key.id, v_key.created_at, p_what, clock_timestamp());
    end case;
exception when object_not_in_prerequisite_state then
    raise debug 'deleted meanwhile';
end
\$\$" >/dev/null
run "$db" "8 clients record, edit, delete, mark and read in one conversation, while it is settled and embedded" 8 40 "\\set n random(1, 30)
$as_app
select prosa.record_message('$changed', 'user', 'more');
commit;" "\\set n random(1, 30)
$as_app
select public.change(:n, 'edit');
commit;" "\\set n random(1, 30)
$as_app
select public.change(:n, 'delete') where :n > 15;
select public.change(:n, (array['SERVER_ACK', 'DELIVERY_ACK', 'READ'])[1 + :n % 3]);
select prosa.mark_read('$changed', 0);
commit;" "begin;
set local role prosa_worker;
select prosa.refresh_consumption_summary();
select prosa.store_embeddings(x.tenant_id, 'test', x.items) from (
    select c.tenant_id, jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'embedding', '[1,2,3]')) as items from prosa.claim_embeddings(20) c group by 1) x;
commit;"
is "$(sql "$db" "select unread_count - (select count(*) from prosa.messages m where m.conversation_id = c.id and m.deleted_at is null),
    unanswered_count - (select count(*) from prosa.messages m where m.conversation_id = c.id and m.deleted_at is null) from prosa.conversations c where id = '$changed'")" "0|0" "what waits is what was not deleted"
is "$(sql "$db" "select count(*) > 0, count(*) filter (where content <> '' or search_text <> ''), count(*) - (select count(*) from prosa.message_events where kind = 'deleted') from prosa.messages where deleted_at is not null")" "t|0|0" "what was deleted says nothing, and was deleted once"
is "$(sql "$db" "select count(*) from prosa.messages m join prosa.embeddings e on e.item_id = m.id where m.deleted_at is not null")" 0 "and has no embedding"
is "$(sql "$db" "select count(*) from (select m.id, lag(prosa._delivery_rank(e.status)) over (partition by m.id order by e.recorded_at) >= prosa._delivery_rank(e.status) as is_back, last_value(e.status) over (partition by m.id) <> m.delivery_status as is_other
    from prosa.messages m join prosa.message_events e on e.message_id = m.id and e.kind = 'status') x where is_back")" 0 "no delivery status went back"

# ---- a deletion that takes its time, of a message that is still in the outbox
embed() { sql "$db" "select prosa.refresh_consumption_summary()" "select prosa.store_embeddings(x.tenant_id, 'test', x.items) from (
    select c.tenant_id, jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'embedding', '[1,2,3]')) as items from prosa.claim_embeddings(1000) c group by 1) x" >/dev/null; }
embed
late=$(sql "$db" "begin" "select tenant_id from prosa.authenticate('$key')" "select message_id || ''', ''' || created_at from prosa.record_message('$changed', 'user', 'oops', 'LATE')" "commit" | tail -n 1)
psql -XqAt -d "$db" -c "begin" -c "select prosa.set_tenant('$tenant')" -c "select prosa.delete_message('$late')" -c "select pg_sleep(3)" -c "commit" >/dev/null &
for _ in {1..50}; do
    [[ $(sql "$db" "select count(*) from pg_stat_activity where datname = '$db' and wait_event = 'PgSleep'") == 0 ]] || break
    sleep 0.1
done
embed
is "$(sql "$db" "select count(*) from prosa.messages where external_id = 'LATE' and deleted_at is null")" 1 "a deletion is under way while others settle and embed"
wait $!
embed
is "$(sql "$db" "select count(*), count(m.deleted_at), count(e.item_id), (select count(*) from prosa.message_outbox) from prosa.messages m left join prosa.embeddings e on e.item_id = m.id where m.external_id = 'LATE'")" "1|1|0|0" \
    "what it said is not embedded, and the message is settled"

# ---- transactions that delete several messages of one conversation, the same ones in any order, before they are settled
sql "$db" "begin" "select prosa.set_tenant('$tenant')" "select prosa.record_message('$changed', 'user', 'several', 'S' || i) from generate_series(1, 40) i" "commit" >/dev/null
deadlocks() { sleep 1; sql "$db" "select deadlocks from pg_stat_database where datname = current_database()"; }   # which pgbench forgives
before=$(deadlocks)
several=$(sql "$db" "select message_index - 1 from prosa.messages where external_id = 'S1'")
run "$db" "8 clients delete two of 40 at a time" 8 30 "\\set a $several + random(1, 40)
\\set b $several + random(1, 40)
$as_app
select public.change(:a, 'delete');
select public.change(:b, 'delete');
commit;"
is "$(deadlocks)" "$before" "and none waits for another in a circle"

# ---- a key that others used since a repeatable read began
fresh=$(sql "$db" "select prosa.create_api_key('$tenant', 'fresh')")
cat >"$SCRATCH/repeatable.sql" <<SQL
begin isolation level repeatable read;
select count(*) from prosa.tenants;
\! psql -XqAt -d $db -c "select count(*) from prosa.authenticate('$fresh')"
select count(*) from prosa.authenticate('$fresh');
select r.is_duplicate from prosa.record_message('$conversation', 'user', 'x', api_key => '$fresh') r;
commit;
SQL
is "$(psql -XqAt -d "$db" -f "$SCRATCH/repeatable.sql" 2>&1)" $'1\n1\n1\nf' "opens its tenant and records all the same"

# ---- the counters equal the sums
sums="select count(*) from (
    (select tenant_id, inbox_id, (created_at at time zone 'UTC')::date, coalesce(agent_type, 'none'), count(*) filter (where role = 'user'), count(*) filter (where role = 'assistant'), sum(output_tokens)
       from prosa.messages group by 1, 2, 3, 4
     except select tenant_id, inbox_id, day, agent_type, messages_in, messages_out, output_tokens from prosa.consumption_inbox_daily)
    union all
    (select tenant_id, inbox_id, day, agent_type, messages_in, messages_out, output_tokens from prosa.consumption_inbox_daily
     except select tenant_id, inbox_id, (created_at at time zone 'UTC')::date, coalesce(agent_type, 'none'), count(*) filter (where role = 'user'), count(*) filter (where role = 'assistant'), sum(output_tokens)
       from prosa.messages group by 1, 2, 3, 4)) x"
is "$(sql "$db" "$sums")" 0 "consumption equals the messages"
sql "$db" "select prosa.refresh_consumption_summary()" >/dev/null
is "$(count prosa.message_outbox)|$(sql "$db" "$sums")" "0|0" "also when everything is summed"
is "$(sql "$db" "select count(*) from prosa.conversations c where c.last_message_index <> (select count(distinct m.message_index) from prosa.messages m where m.conversation_id = c.id)
    or c.last_message_index <> (select coalesce(max(m.message_index), 0) from prosa.messages m where m.conversation_id = c.id)
    or c.last_message_index <> (select count(*) from prosa.messages m where m.conversation_id = c.id)")" 0 "no conversation has a gap or an index twice"
finish
