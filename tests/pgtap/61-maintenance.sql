-- run_maintenance(): months ahead, the default partition drained, everything new secured, nothing counted twice.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(41);

select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select prosa.run_maintenance() \g /dev/null

-- three messages of months without a partition: two years ago, three years ago
select pg_temp.leave(:'sorriso', :'conversation', 'two years', now() - interval '24 months') as two,
       pg_temp.leave(:'sorriso', :'conversation', 'also two years', now() - interval '24 months' + interval '1 second') as also_two,
       pg_temp.leave(:'sorriso', :'conversation', 'three years', now() - interval '36 months') as three,
       pg_temp.say(:'sorriso', :'conversation', 'today') as today \gset
select is((select count(*)::integer from prosa.messages_default), 3, 'messages of months without a partition wait in the default one');
create temporary table before as
select (select jsonb_agg(to_jsonb(m) - 'is_posted' order by m.id) from prosa.messages m where m.tenant_id = :'sorriso') as messages,
       (select jsonb_agg(to_jsonb(c) order by c.day) from prosa.consumption_inbox_daily c where c.tenant_id = :'sorriso') as consumption,
       (select jsonb_agg(to_jsonb(q) order by q.item_id) from prosa.embedding_queue q where q.tenant_id = :'sorriso') as queue,
       (select to_jsonb(c) from prosa.conversations c where c.id = :'conversation') as conversation;
set local search_path = public, pg_temp;

select pg_temp.as_worker();
select prosa.run_maintenance() as report \gset
select is(current_setting('search_path'), 'public, pg_temp', 'the session''s search_path is as it was');
select is(current_setting('timezone'), 'UTC', 'so is its time zone');
select is((:'report'::jsonb ->> 'messages_drained_from_default')::integer, 3, 'the report says how many were moved');
select is((:'report'::jsonb ->> 'partitions_created')::integer, 2, 'and into how many new months');
select is((:'report'::jsonb ->> 'tables_secured')::integer, 2, 'which were put under row security');

select pg_temp.reset_role();
select is((select count(*)::integer from prosa.messages_default), 0, 'the default partition is empty');
select is((select messages from before), (select jsonb_agg(to_jsonb(m) - 'is_posted' order by m.id) from prosa.messages m where m.tenant_id = :'sorriso'), 'every message is as it was');
select is((select consumption from before), (select jsonb_agg(to_jsonb(c) order by c.day) from prosa.consumption_inbox_daily c where c.tenant_id = :'sorriso'), 'counted once');
select is((select queue from before), (select jsonb_agg(to_jsonb(q) order by q.item_id) from prosa.embedding_queue q where q.tenant_id = :'sorriso'), 'queued once');
select is((select conversation from before), (select to_jsonb(c) from prosa.conversations c where c.id = :'conversation'), 'and the conversation is as it was');
select is((select tableoid from prosa.messages where id = :'two'), (select tableoid from prosa.messages where id = :'also_two'), 'messages of one month are in one partition');
select isnt((select tableoid from prosa.messages where id = :'two'), (select tableoid from prosa.messages where id = :'three'), 'of two months in two');

-- the new partitions, as the rules of 01 and 03 want them
select is_empty('select relname from tenant_tables where not (relrowsecurity and relforcerowsecurity)', 'every partition is under forced row security');
select is_empty($$ select t.relname from tenant_tables t where (select count(*) from pg_policy p where p.polrelid = t.oid and p.polname in ('tenant_isolation', 'owner_access')) <> 2 $$, 'with its policies');
select is_empty($$ select t.relname from tenant_tables t cross join lateral aclexplode(t.relacl) a where t.relispartition and a.grantee <> t.relowner $$, 'without grants');
select is_empty($$ select t.relname from tenant_tables t where t.relowner <> to_regrole('prosa_owner') $$, 'and belongs to prosa_owner');
select is_empty($$ select t.relname from tenant_tables t where t.relispartition and t.relname like 'messages%'
                      and (select count(*) from pg_index i where i.indrelid = t.oid) <> (select count(*) from pg_index i where i.indrelid = 'prosa.messages'::regclass) $$, 'with the indexes of its parent');
select pg_temp.as_app();
select is_empty('select * from prosa.messages', 'an application without tenant sees nothing of them');
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.conversation_history(:'conversation')), 4, 'and with one all of its own');
select pg_temp.reset_role();

-- months ahead
create temporary view bound as
select c.oid, c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \('([^']+)'\) TO \('([^']+)'\)$$))[1]::timestamptz as low,
       (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \('([^']+)'\) TO \('([^']+)'\)$$))[2]::timestamptz as high
  from pg_class c join pg_inherits h on h.inhrelid = c.oid where h.inhparent = 'prosa.messages'::regclass;
select is_empty($$ select relname, low, high from bound where low is not null and (low <> date_trunc('month', low at time zone 'UTC') at time zone 'UTC' or high <> low + interval '1 month') $$, 'every partition is a month of UTC');
select cmp_ok((select max(high) from bound), '>=', now() + interval '3 months', 'there are months ahead');
select is_empty($$ select m from generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '3 months', interval '1 month') m
                    where not exists (select from bound b where b.low = m) $$, 'this one and each of the next three');
-- a month of those ahead is made again when it is missing
select format('drop table prosa.%I', relname) as drop_last from bound where low = date_trunc('month', now()) + interval '3 months' \gset
:drop_last;
select is((prosa.run_maintenance() ->> 'partitions_created')::integer, 1, 'the month that is missing is made');

-- the session that runs it may have any time zone
set local timezone = 'America/Sao_Paulo';
select pg_temp.leave(:'sorriso', :'conversation', 'four years', '2022-06-30 23:30:00-03') as four \gset
select prosa.run_maintenance() \g /dev/null
set local timezone = 'UTC';
select is((select low from bound b join prosa.messages m on m.tableoid = b.oid where m.id = :'four'), '2022-07-01'::timestamptz, 'a month begins and ends by UTC, whatever the session''s time zone');
select is_empty($$ select relname, low, high from bound where low is not null and (low <> date_trunc('month', low) or high <> low + interval '1 month') $$, 'as all of them do');

-- one message far ahead must not stop the months in between from being made, nor make all of them
select count(*) as partitions from bound \gset
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select m.tenant_id, now() + interval '30 years', gen_random_uuid(), m.conversation_id, m.inbox_id, m.contact_id, 1000000, m.role, 'far ahead'
  from prosa.messages m where m.conversation_id = :'conversation' limit 1;
select prosa.run_maintenance() \g /dev/null
select cmp_ok((select count(*) from bound), '<=', :partitions::bigint + 5, 'a message of thirty years ahead makes its month, and at most the four that pg_partman keeps ahead, not 360');
-- as if two months had passed since
select format('drop table %s', string_agg(format('prosa.%I', relname), ', ')) as drop_ahead from bound where low between now() + interval '1 month' and now() + interval '1 year' \gset
:drop_ahead;
select ok((select not ok from prosa.doctor() where check_name = 'months ahead'), 'months that are missing are noticed, though there is one far ahead');
select prosa.run_maintenance() \g /dev/null
select is_empty($$ select m from generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '4 months', interval '1 month') m
                    where not exists (select from bound b where b.low = m) $$, 'and are made');
select ok((select ok from prosa.doctor() where check_name = 'months ahead'), 'then all is well');

-- what another than record_message() has put in is counted once, though it is inserted twice
select pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'harbor') as other \gset
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select c.tenant_id, now() - interval '50 months', gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1, 'user', 'by hand' from prosa.conversations c where c.id = :'other';
select prosa.refresh_consumption_summary() \g /dev/null
select prosa.run_maintenance() as report \gset
select is((:'report'::jsonb ->> 'messages_drained_from_default')::integer, 1, 'a message that was inserted by hand is moved');
select is((select sum(messages_in)::integer from prosa.consumption_inbox_daily where tenant_id = :'harbor'), 1, 'and not counted again');

-- webhook events, in the same run as messages
select pg_temp.deliver(:'harbor', '{"event": "old"}'), pg_temp.leave(:'harbor', :'other', 'older', now() - interval '60 months') \g /dev/null
update prosa.inbound_events set received_at = now() - interval '14 months' where event = 'old';
select prosa.run_maintenance() as report \gset
select is(:'report'::jsonb ->> 'events_drained_from_default', '1', 'a webhook event of a month without a partition is moved');
select is(:'report'::jsonb ->> 'messages_drained_from_default', '1', 'beside a message');
select is(:'report'::jsonb -> 'postponed', null, 'and nothing is postponed');
select is((select m.starts_at from prosa.inbound_events e join prosa._months('prosa.inbound_events') m on m.month = e.tableoid where e.event = 'old' and e.tenant_id = :'harbor'), date_trunc('month', now() - interval '14 months'), 'it is in a month of its own');
select is_empty('select relname from tenant_tables where not (relrowsecurity and relforcerowsecurity)', 'under row security');
select is((:'report'::jsonb ->> 'partitions')::bigint, (select count(*) from pg_inherits where inhparent in (select t.parent::regclass from prosa._monthly_tables() t)), 'the report counts the partitions of every monthly table');

-- statistics; what is dead, vacuumed or analyzed is counted when transactions end, so the report is looked at only for its form
select is(jsonb_typeof(:'report'::jsonb -> 'analyzed') || jsonb_typeof(:'report'::jsonb -> 'bloated'), 'arrayarray', 'the report names what was analyzed and what wants a VACUUM');
select set_eq($$ select c.relname::text from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.reloptions::text like '%autovacuum_vacuum_%' $$, array['conversations', 'embedding_circuits', 'embedding_queue', 'embedding_turns', 'memory_progress', 'message_outbox', 'usage_daily'], 'tables that many updates or deletions hit are vacuumed early');
select throws_ok('call prosa.maintain()', '2D000', null, 'maintain() commits, so it is for outside a transaction block');

select * from finish();
rollback;
