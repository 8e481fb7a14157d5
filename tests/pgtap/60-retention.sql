-- Retention: every tenant keeps its messages as long as its plan says, and its consumption for ever.
begin;
\ir lib/personas.sql
select plan(72);

select pg_temp.new_tenant('starter', 'starter') as starter, pg_temp.new_tenant('pro', 'pro') as pro, pg_temp.new_tenant('enterprise', 'enterprise') as enterprise,
       pg_temp.new_tenant('suspended', 'starter') as suspended \gset
update prosa.tenants set status = 'suspended' where id = :'suspended';
create temporary table tenant as select id, split_part(slug, '-', 1) as name, pg_temp.new_conversation(id) as conversation_id from prosa.tenants where id in (:'starter', :'pro', :'enterprise', :'suspended');

-- of each: today, and around the edges of 30 days, 180 days and two years
create temporary table aged as
select t.id as tenant_id, t.name, a.age, pg_temp.leave(t.id, t.conversation_id, t.name || ' ' || a.age, now() - a.age::interval, a.age) as message_id
  from tenant t cross join unnest(array['0 days', '29 days', '31 days', '179 days', '181 days', '729 days', '731 days']) a (age);
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.embed_as(tenant_id, message_id, '[1,0]') from aged where age in ('0 days', '31 days') \g /dev/null
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

-- ---- a month whose every row is expired goes whole
-- of the month before the one before last: four messages of one who keeps 30 days, in two conversations, and one of one who keeps 180
select pg_temp.new_tenant('short', 'starter') as short, pg_temp.new_tenant('long', 'pro') as long,
       date_trunc('month', now()) - interval '3 months' as month \gset
select pg_temp.new_conversation(:'short') as first, pg_temp.new_conversation(:'short', '+55 11 98888-0000') as second, pg_temp.new_conversation(:'long') as theirs \gset
select c.contact_id as second_contact from prosa.conversations c where c.id = :'second' \gset
create function pg_temp.old(p_tenant_id uuid, p_conversation_id uuid, p_external_id text, p_days integer) returns uuid language sql as
$$ select pg_temp.with_longer_retention(p_tenant_id, format('select message_id from prosa.record_message(%L, ''user'', ''old'', %L, %L, 1, 2)', p_conversation_id, p_external_id,
                                                  date_trunc('month', now()) - interval '3 months' + make_interval(days => p_days)))::uuid $$;
select pg_temp.old(:'short', :'first', 'S1', 1) as s1, pg_temp.old(:'short', :'first', 'S2', 2) as s2, pg_temp.old(:'short', :'second', 'S3', 3) as s3,
       pg_temp.old(:'short', :'second', 'S4', 4) as s4, pg_temp.old(:'long', :'theirs', 'L1', 5) as l1 \gset
select prosa.refresh_consumption_summary(), prosa.run_maintenance() \g /dev/null
select pg_temp.embed_as(:'short', :'s1', '[1,0]') \g /dev/null
create temporary view left_of as
select coalesce(string_agg(l.external_id, ',' order by l.external_id), '') as ledger,
       (select coalesce(string_agg(m.external_id, ',' order by m.external_id), '') from prosa.messages m where m.external_id ~ '^[SL][1-9]$') as messages,
       (select count(*)::integer from prosa.embeddings e where e.tenant_id in (:'short', :'long')) as embeddings,
       (select count(*)::integer from prosa.embedding_queue q where q.tenant_id in (:'short', :'long')) as queue
  from prosa.message_ledger l where l.external_id ~ '^[SL][1-9]$';
create temporary view preview as
select case p.tenant_id when :'short' then 'short' else 'long' end as name, p.messages, p.bytes > 0 as bytes, p.whole_months <> '{}' as whole
  from prosa.retention_preview() p where p.tenant_id in (:'short', :'long');
grant select on preview to prosa_admin;
create function pg_temp.month() returns regclass language sql as $$ select m.month from prosa._months('prosa.messages') m where m.starts_at = date_trunc('month', now()) - interval '3 months' $$;
create temporary table consumed as select * from prosa.consumption_inbox_daily where tenant_id in (:'short', :'long');

select set_eq('select * from preview', $$ values ('short', 4, true, false), ('long', 0, false, false) $$, 'the preview tells what would go, and that the month would not go whole');
select is((select cutoff from prosa.retention_preview() where tenant_id = :'short'), now() - interval '30 days', 'and from when');
select throws_ok(format($$ select prosa.set_tenant_setting(%L, 'retention_days', '%s') $$, :'long', v), '22023', null, v || ' is no number of days') from unnest(array['0', '1.5', '"30"', '36501', 'null']) v;
select prosa.set_tenant_setting(:'long', 'retention_days', '40') \g /dev/null
select set_eq('select * from preview', $$ values ('short', 4, true, true), ('long', 1, true, true) $$, 'a tenant''s own days go before its plan''s: now the month would go whole');
-- what somebody wrote past the function is no number of days either
update prosa.tenant_settings set value = '"soon"' where tenant_id = :'long' and key = 'retention_days';
select is((select cutoff from prosa.retention_preview() where tenant_id = :'long'), now() - interval '180 days', 'one that is none leaves the plan''s');
select prosa.set_tenant_setting(:'long', 'retention_days', '40') \g /dev/null

-- ---- legal hold
select pg_temp.as_admin();
select throws_ok(format($$ select prosa.place_legal_hold(%L, 'case', %L, %L) $$, :'short', :'second_contact', :'second'), '22023', null, 'a hold is of one thing');
select throws_ok(format($$ select prosa.place_legal_hold(%L, 'case', conversation_id => %L) $$, :'long', :'second'), '23503', null, 'of the tenant''s own');
select throws_ok(format($$ select prosa.place_legal_hold(%L, ' ') $$, :'long'), '23514', null, 'and has a reason');
select throws_ok(format($$ select prosa.release_legal_hold(%L) $$, :'second'), 'P0002', null, 'what is no hold cannot be released');
select prosa.place_legal_hold(:'short', 'a conversation', conversation_id => :'first') as hold \gset
select set_eq('select * from preview', $$ values ('short', 2, true, false), ('long', 1, true, false) $$, 'under legal hold of a conversation it is not counted, and the month would stay');
select prosa.release_legal_hold(:'hold') \g /dev/null
select throws_ok(format($$ select prosa.release_legal_hold(%L) $$, :'hold'), 'P0002', null, 'nor a second time');
select prosa.place_legal_hold(:'short', 'a contact', contact_id => :'second_contact') as hold \gset
select set_eq('select * from preview', $$ values ('short', 2, true, false), ('long', 1, true, false) $$, 'nor of a contact');
select prosa.place_legal_hold(:'short', 'everything') as hold_of_all \gset
select set_eq('select * from preview', $$ values ('short', 0, false, false), ('long', 1, true, false) $$, 'nor of a tenant');
select pg_temp.as_app(:'short');
select throws_ok(format($$ select prosa.place_legal_hold(%L, 'x') $$, :'short'), '42501', null, 'an application places none');
select throws_ok('select * from prosa.legal_holds', '42501', null, 'nor sees them');
select throws_ok('select * from prosa.retention_preview()', '42501', null, 'nor what would go');
select pg_temp.as_monitor();
select isnt_empty('select * from prosa.retention_preview()', 'a monitor does');
select pg_temp.reset_role();
update prosa.inbound_events set received_at = :'month' where tenant_id = :'short';
select pg_temp.deliver(:'short', '{"event": "held"}') \g /dev/null
update prosa.inbound_events set received_at = :'month' where event = 'held';

savepoint held;
select is(prosa.cleanup_old_messages(), 1::bigint, 'what is held stays when retention runs');
select results_eq('select * from left_of', $$ values ('S1,S2,S3,S4', 'S1,S2,S3,S4', 1, 3) $$, 'with all that hangs on it');
select ok(exists (select from prosa.inbound_events where event = 'held'), 'and the webhook events of the tenant');
select prosa.release_legal_hold(:'hold_of_all') \g /dev/null
select is(prosa.cleanup_old_messages(batch_size => 1), 2::bigint, 'the hold of a contact leaves the rest to retention');
select results_eq('select * from left_of', $$ values ('S3,S4', 'S3,S4', 0, 2) $$, 'and keeps that contact''s');
select ok(not exists (select from prosa.inbound_events where event = 'held'), 'webhook events are held with the whole tenant only');
select prosa.release_legal_hold(:'hold') \g /dev/null
select is(prosa.cleanup_old_messages(), 2::bigint, 'released, the last of them go');
select results_eq('select * from left_of', $$ values ('', '', 0, 0) $$, 'with all that hangs on them');
select is(pg_temp.month(), null, 'and the month');
rollback to held;

-- ---- step by step, as a run that is killed in between leaves it
select prosa.release_legal_hold(h.id) from prosa.legal_holds h where h.released_at is null \g /dev/null
create function pg_temp.steps(p_state jsonb, p_until text) returns jsonb language plpgsql as $$
declare
    v_state jsonb := p_state;
begin
    loop
        v_state := prosa._enforce_retention(v_state, 2);
        exit when v_state ->> 'step' = p_until;
    end loop;
    return v_state;
end
$$;
-- a table of rows that go with messages is one line of _monthly_tables()
create table prosa.zz_events (tenant_id uuid not null, message_created_at timestamptz not null, message_id uuid not null,
                              constraint zz_events_pkey primary key (tenant_id, message_created_at, message_id)) partition by range (message_created_at);
create table prosa.zz_events_default partition of prosa.zz_events default;
select format('create table prosa.zz_events_month partition of prosa.zz_events for values from (%L) to (%L)', :'month', :'month'::timestamptz + interval '1 month') as make_month \gset
:make_month;
alter table prosa.zz_events owner to prosa_owner;
alter table prosa.zz_events_default owner to prosa_owner;
alter table prosa.zz_events_month owner to prosa_owner;
create or replace function prosa._monthly_tables() returns table (parent text, month_of name, retention text) language sql immutable as
$$ values ('prosa.messages', 'created_at'::name, 'own'), ('prosa.zz_events', 'message_created_at', 'messages') $$;
-- one message that goes by itself, and one that was recorded a moment ago
select pg_temp.with_longer_retention(:'starter', format($$select message_id from prosa.record_message(%L, 'user', 'single', 'X1', now() - interval '31 days')$$, (select conversation_id from tenant where name = 'starter'))) as single,
       pg_temp.old(:'long', :'theirs', 'L2', 7) as l2 \gset
insert into prosa.zz_events select m.tenant_id, m.created_at, m.id from prosa.messages m where m.tenant_id in (:'short', :'long', :'starter');

select pg_temp.steps(null, 'sweep') as state \gset
select results_eq('select * from left_of', $$ values ('L1,L2,S1,S2,S3,S4', '', 1, 5) $$, 'once the month is detached nobody sees its messages; what hangs on them is there still');
select is((select sum(messages_in)::integer from prosa.consumption_inbox_daily where tenant_id = :'long'), 2, 'they were counted before');
select is_empty(format('select * from prosa.zz_events where message_created_at < %L::timestamptz + interval ''1 month'' and tenant_id = %L', :'month', :'short'), 'what goes with them went with the month');
select results_eq('select parent, starts_at, swept_messages::integer, swept_at is null from prosa.expired_months order by parent', format($$ values ('prosa.messages', %L::timestamptz, 0, true), ('prosa.zz_events', %1$L, 0, false) $$, :'month'), 'both months are registered');
select is_empty($$ select l.rule, l.object from prosa.lint() l where l.object like '%messages%expired%' and l.level in ('ERROR', 'WARN') $$, 'lint() lets them be: they are under row security and on their way out');
select name as detached from prosa.expired_months where parent = 'prosa.messages' \gset
select prosa._enforce_retention(:'state', 2) as state \gset
select is((select swept_messages from prosa.expired_months where parent = 'prosa.messages'), 2::bigint, 'it is swept in batches');
select is((select ledger from left_of), (select string_agg(d.external_id, ',' order by d.external_id) from prosa.:"detached" d cross join prosa.expired_months e
            where e.parent = 'prosa.messages' and (d.tenant_id, d.created_at, d.id) > ((e.swept_to).tenant_id, (e.swept_to).created_at, (e.swept_to).id)), 'in the order of the key, and how far is noted');
-- meanwhile a message of that month comes late, and its month is made again
select prosa.set_tenant_setting(:'long', 'retention_days', '400') \g /dev/null
select pg_temp.old(:'long', :'theirs', 'L9', 6) as late \gset
insert into prosa.zz_events select m.tenant_id, m.created_at, m.id from prosa.messages m where m.id = :'late';
select prosa.refresh_consumption_summary(), prosa._drain_default('prosa.messages') \g /dev/null
-- pg_partman's trace, which run_maintenance() removes
reset search_path;
select isnt(pg_temp.month(), null, 'a month may come again while the former one is swept');
-- the rest, by a run that begins anew
select is(prosa.cleanup_old_messages(batch_size => 3), 4::bigint + 1, 'the next run goes on where that one was');
select results_eq('select * from left_of', $$ values ('L9', 'L9', 0, 1) $$, 'and removes all but what came later');
select is(to_regclass(format('prosa.%I', :'detached'))::text, null, 'the detached month is dropped');
select is_empty('select * from prosa.expired_months', 'and forgotten');
select set_eq('select message_id from prosa.zz_events', format($$ select m.id from prosa.messages m where m.tenant_id in (%L, %L, %L) $$, :'short', :'long', :'starter'), 'rows that go with messages went with those that were deleted one by one, too');
select set_eq(format('select sum((after ->> ''messages'')::integer)::integer from prosa.audit_log where tenant_id in (%L, %L) and action = ''cleanup'' group by tenant_id', :'short', :'long'), array[4, 2], 'what each tenant lost is in the audit log');
select is((select sum(messages_in)::integer from prosa.consumption_inbox_daily where tenant_id in (:'short', :'long')), 7, 'consumption stays');
select throws_ok('call prosa.enforce_retention()', '2D000', null, 'the procedure commits, so it is for outside a transaction block');
select throws_ok('select prosa.cleanup_old_messages(batch_size => 0)', '22023', null, 'a batch has rows');
select lives_ok($$ select prosa.cleanup_old_messages('0 seconds') $$, 'a run without time does one step');

select * from finish();
rollback;
