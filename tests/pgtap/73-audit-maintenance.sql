-- run_maintenance() keeps the months of the audit log: ahead, protected, and with what waited in the default partition.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(24);

select prosa.run_maintenance() \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso \gset
create temporary view bound as
select c.oid, c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \('([^']+)'\) TO \('([^']+)'\)$$))[1]::timestamptz as low,
       (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \('([^']+)'\) TO \('([^']+)'\)$$))[2]::timestamptz as high
  from pg_class c join pg_inherits h on h.inhrelid = c.oid where h.inhparent = 'prosa.audit_log'::regclass;
create function pg_temp.finding() returns text language sql as $$ select format('%s: %s', d.ok, d.detail) from prosa.doctor() d where d.check_name = 'audit' $$;

-- ---- months ahead
select is_empty($$ select relname from bound where low is not null and (low <> date_trunc('month', low) or high <> low + interval '1 month') $$, 'every partition is a month of UTC');
select is_empty($$ select m from generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '4 months', interval '1 month') m
                    where not exists (select from bound b where b.low = m) $$, 'this one and each of the next four');
select alike(pg_temp.finding(), 't: append-only, the last month ends %', 'doctor() is content');
select format('drop table prosa.%I', relname) as drop_next from bound where low = date_trunc('month', now()) + interval '1 month' \gset
:drop_next;
select alike(pg_temp.finding(), 'f: append-only, but it runs out of months%', 'a month that is missing is noticed');
select pg_temp.as_worker();
select is((prosa.run_maintenance() ->> 'partitions_created')::integer, 1, 'and made');
select pg_temp.reset_role();
select alike(pg_temp.finding(), 't:%', 'then all is well');
select is_empty('select * from prosa._unprotected_audit_tables()', 'and append-only');
select is_empty('select relname from tenant_tables where not (relrowsecurity and relforcerowsecurity)', 'and under row security');

-- ---- maintenance did not run for months: this month has no partition, and its entries wait in the default one
select format('drop table %s', string_agg(format('prosa.%I', relname), ', ')) as drop_months from bound where high > now() and low is not null \gset
select pg_temp.new_tenant('waits') as waits \gset
alter table prosa.audit_log disable trigger user;
delete from prosa.audit_log;
delete from prosa.audit_heads;
alter table prosa.audit_log enable always trigger audit_log_refuse_change;
alter table prosa.audit_log enable always trigger audit_log_refuse_truncate;
:drop_months;
select prosa.set_tenant_setting(:'waits', 'k' || i, '1') from generate_series(1, 3) i \g /dev/null
select is((select count(*)::integer from prosa.audit_log_default), 3, 'an entry of a month without a partition is kept by the default one');
select is((select count(*)::integer from prosa.audit_log_default where tenant_id = :'waits' and sequence between 1 and 3), 3, 'in its chain');
-- one of them is of another month
insert into prosa.audit_heads (tenant_id, sequence, recorded_at, hash) values (:'sorriso', 0, now() + interval '13 months', '');
select prosa.set_tenant_setting(:'sorriso', 'k', '1') \g /dev/null
create temporary table before as select to_jsonb(l) as entry from prosa.audit_log l;
select pg_temp.as_worker();
select prosa.run_maintenance() as report \gset
select pg_temp.reset_role();
select is((:'report'::jsonb ->> 'audit_entries_drained_from_default')::integer, 4, 'they are moved');
select is(:'report'::jsonb -> 'postponed', null, 'at once');
select is((select count(*)::integer from prosa.audit_log_default), 0, 'the default partition is empty');
select set_eq('select to_jsonb(l) from prosa.audit_log l', 'select entry from before', 'every entry is as it was');
select is((select count(distinct tableoid)::integer from prosa.audit_log), 2, 'in two months');
select is_empty(format('select * from prosa.verify_audit_chain(%L)', :'waits'), 'and its chain is intact');
select is_empty('select * from prosa._unprotected_audit_tables()', 'the new partitions, the default one too, are append-only');
select is_empty('select relname from tenant_tables where not (relrowsecurity and relforcerowsecurity)', 'and under row security');
select is_empty('select relname from tenant_tables where relowner <> to_regrole(''prosa_owner'')', 'and belong to prosa_owner');
select is(to_regclass('prosa.audit_log_waiting'), null, 'nothing is left behind');
select throws_ok('delete from prosa.audit_log', '42501', null, 'and nobody deletes them');
select is((prosa.run_maintenance() ->> 'audit_entries_drained_from_default')::integer, 0, 'a second time there is nothing to do');

-- ---- the same for messages
select pg_temp.new_conversation(:'waits') as conversation \gset
select format('drop table %s', string_agg(c.oid::regclass::text, ', ')) as drop_months from pg_class c join pg_inherits h on h.inhrelid = c.oid
 where h.inhparent = 'prosa.messages'::regclass and (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$TO \('([^']+)'\)$$))[1]::timestamptz > now() \gset
:drop_months;
select pg_temp.say(:'waits', :'conversation', 'waits') as message \gset
select is((prosa.run_maintenance() ->> 'messages_drained_from_default')::integer, 1, 'a message of this month, when it has none, is given one too');
select isnt((select tableoid::regclass::text from prosa.messages where id = :'message'), 'prosa.messages_default', 'of its own');

select * from finish();
rollback;
