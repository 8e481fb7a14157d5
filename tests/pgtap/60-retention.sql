-- Retention: every tenant keeps its messages as long as its plan says, and its consumption for ever.
begin;
\ir lib/personas.sql
select plan(24);

select pg_temp.new_tenant('starter', 'starter') as starter, pg_temp.new_tenant('pro', 'pro') as pro, pg_temp.new_tenant('enterprise', 'enterprise') as enterprise,
       pg_temp.new_tenant('suspended', 'starter') as suspended \gset
update prosa.tenants set status = 'suspended' where id = :'suspended';
create temporary table tenant as select id, split_part(slug, '-', 1) as name, pg_temp.new_conversation(id) as conversation_id from prosa.tenants where id in (:'starter', :'pro', :'enterprise', :'suspended');

-- of each: today, and around the edges of 30 days, 180 days and two years
create temporary table aged as
select t.id as tenant_id, t.name, a.age, pg_temp.leave(t.id, t.conversation_id, t.name || ' ' || a.age, now() - a.age::interval, a.age) as message_id
  from tenant t cross join unnest(array['0 days', '29 days', '31 days', '179 days', '181 days', '729 days', '731 days']) a (age);
select pg_temp.embed_as(tenant_id, message_id, '[1,0]') from aged where age in ('0 days', '31 days') \g /dev/null
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.deliver(t.id, '{"event": "old"}'), pg_temp.deliver(t.id, '{"event": "new"}') from tenant t \g /dev/null
update prosa.inbound_events set received_at = now() - interval '31 days' where event = 'old';
select pg_temp.with_tenant(t.id, $$select prosa.upsert_memory(null, 'note', 'kept')$$) from tenant t \g /dev/null
create temporary table consumption as select * from prosa.consumption_inbox_daily c where c.tenant_id in (select id from tenant);
select is((select count(*)::integer from consumption), 28, 'there is consumption of seven days of each tenant');

select pg_temp.as_worker();
-- starter and suspended keep 2 of 7, pro 4, enterprise 6
select is(prosa.cleanup_old_messages(), 14::bigint, 'what is removed is counted');
select is(prosa.cleanup_old_messages(), 0::bigint, 'a second time there is nothing');
select pg_temp.reset_role();
create function pg_temp.kept(p_name text) returns text language sql as
$$ select string_agg(split_part(m.content, ' ', 2), ',' order by m.created_at desc) from prosa.messages m join tenant t on t.id = m.tenant_id where t.name = p_name $$;
select is(pg_temp.kept('starter'), '0,29', 'starter keeps 30 days');
select is(pg_temp.kept('pro'), '0,29,31,179', 'pro 180');
select is(pg_temp.kept('enterprise'), '0,29,31,179,181,729', 'enterprise two years');
select is(pg_temp.kept('suspended'), '0,29', 'a suspended tenant''s promise is kept too');

-- what belongs to a removed message goes with it, and nothing else
create temporary view gone as select a.* from aged a left join prosa.messages m on m.tenant_id = a.tenant_id and m.id = a.message_id where m.id is null;
select is((select count(*)::integer from gone), 14, 'fourteen are gone');
select is_empty('select e.item_id from prosa.embeddings e join gone g on g.tenant_id = e.tenant_id and g.message_id = e.item_id', 'their embeddings are');
select is((select count(*)::integer from prosa.embeddings e join aged a on a.message_id = e.item_id), 6, 'the others'' are not');
select is_empty('select q.item_id from prosa.embedding_queue q join gone g on g.tenant_id = q.tenant_id and g.message_id = q.item_id', 'their queue entries are');
select is((select count(*)::integer from prosa.embedding_queue q join aged a on a.message_id = q.item_id), 8, 'the others'' are not');
select is((select count(*)::integer from prosa.embedding_queue q where q.kind = 'memory' and q.tenant_id in (select id from tenant)), 4, 'nor are memories''');
select is_empty('select l.external_id from prosa.message_ledger l join gone g on g.tenant_id = l.tenant_id and g.message_id = l.message_id', 'their ledger rows are');
select is((select count(*)::integer from prosa.message_ledger l join aged a on a.message_id = l.message_id), 14, 'the others'' are not');
select results_eq($$ select t.name, array_agg(e.event order by e.event) from prosa.inbound_events e join tenant t on t.id = e.tenant_id group by 1 order by 1 $$,
                  $$ values ('enterprise', array['new', 'old']), ('pro', array['new', 'old']), ('starter', array['new']), ('suspended', array['new']) $$, 'webhook events are kept as long as messages');
select set_eq('select * from consumption', 'select * from prosa.consumption_inbox_daily where tenant_id in (select id from tenant)', 'consumption stays');
select is((select count(*)::integer from prosa.memory_chunks where tenant_id in (select id from tenant)), 4, 'memory stays');
select is((select count(*)::integer from prosa.conversations where tenant_id in (select id from tenant) and last_message_index = 7), 4, 'conversations stay, and go on counting');
select is(pg_temp.with_tenant(:'starter', format($$select message_index from prosa.record_message(%L, 'user', 'next')$$, (select conversation_id from tenant where name = 'starter')))::integer, 8, 'with the next index');

-- a plan's change
update prosa.plans set retention_days = 10 where code = 'enterprise';
select is(prosa.cleanup_old_messages(), 5::bigint, 'a shorter retention applies at the next run');

-- months that no plan reaches: 731 days ago there was a message, drained into a month of its own
update prosa.plans set retention_days = 365 where code in ('enterprise', 'scale');
select pg_temp.leave(:'enterprise', (select conversation_id from tenant where name = 'enterprise'), 'ancient', now() - interval '800 days') as ancient \gset
select prosa.run_maintenance() \g /dev/null
select tableoid::regclass as month from prosa.messages where id = :'ancient' \gset
select isnt(:'month', 'prosa.messages_default'::text, 'an old message gets its month');
select prosa.cleanup_old_messages() \g /dev/null
select is(to_regclass(:'month'), null, 'which is dropped when it is empty and no plan reaches it');
select ok(exists (select from pg_inherits where inhparent = 'prosa.messages'::regclass), 'the other months are there still');

select * from finish();
rollback;
