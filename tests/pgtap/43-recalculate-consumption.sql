-- recalculate_consumption(): equals what stands, and mends what was damaged.
begin;
\ir lib/personas.sql
select plan(35);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as other \gset
-- three days up to yesterday; some settled, some not, an import past the writers, embeddings
select pg_temp.as_app(:'sorriso');
select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', :'conversation'::text, 'role', (array['user', 'assistant', 'operator', 'system', 'tool'])[1 + i % 5], 'content', 'x',
    'external_id', case when i % 2 = 0 then 'E' || i end, 'created_at', date_trunc('day', now()) - i % 3 * interval '1 day' - interval '1 second', 'agent_type', case when i % 4 = 0 then 'SDR' end, 'model', case when i % 5 = 1 then 'm' || i % 2 end,
    'input_tokens', i, 'cached_tokens', i / 2, 'output_tokens', 2 * i)) from generate_series(1, 60) i)) \g /dev/null
select pg_temp.as_app(:'harbor');
select prosa.record_message(:'other', 'user', 'x', created_at => now() - interval '1 day') \g /dev/null
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content, external_id)
select c.tenant_id, now() - interval '1 day', gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1000 + i, 'user', 'imported', nullif('I' || i % 3, 'I0')
  from prosa.conversations c cross join generate_series(1, 2) i where c.id = :'conversation';
select pg_temp.as_app(:'sorriso');
select prosa.record_message(:'conversation', 'assistant', 'late', created_at => now() - interval '1 day', output_tokens => 9, model => 'm1') \g /dev/null
select pg_temp.reset_role();
insert into prosa.usage_daily (tenant_id, day, inbox_id, agent_type, model, embedding_tokens)
select :'sorriso', now()::date - 1, c.inbox_id, 'none', m, 77 from prosa.conversations c cross join unnest(array['vectors', 'm1']) m where c.id = :'conversation'
on conflict on constraint usage_daily_pkey do update set embedding_tokens = 77;

select (now() - interval '4 days')::date as first, now()::date + 1 as last \gset
create temporary view sums as select * from prosa.usage_daily where tenant_id in (:'sorriso', :'harbor');
create temporary view seen as select * from prosa.consumption_model_daily where tenant_id in (:'sorriso', :'harbor');
create temporary table stood as select * from sums;
create temporary table was_seen as select * from seen;
grant select on sums, seen, stood, was_seen to public;
select cmp_ok((select count(*) from prosa.message_outbox where tenant_id = :'sorriso'), '=', 3::bigint, 'some messages wait in the outbox');
select cmp_ok((select count(*) from stood), '>=', 15::bigint, 'many sums stand');

-- nothing was lost
select pg_temp.as_admin();
select is(prosa.recalculate_consumption(:'first', :'last'), 0::bigint, 'where nothing is damaged nothing changes');
select set_eq('select * from sums', 'select * from stood', 'nothing at all');
select set_eq('select * from seen', 'select * from was_seen', 'what waits is not counted twice');
select results_eq($$ select actor_is_admin, after from (select role = 'prosa_admin' as actor_is_admin, after from prosa.audit_log where action = 'recalculate' order by sequence desc limit 1) x $$,
                  format($$ values (true, '{"from": "%s", "to": "%s", "changed": 0}'::jsonb) $$, :'first', :'last'), 'it is in the audit log');
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
select set_eq('select * from seen', 'select * from was_seen', 'settling then adds what waited');
truncate stood;
insert into stood select * from sums;
select pg_temp.as_admin();
select is(prosa.recalculate_consumption(:'first', :'last'), 0::bigint, 'and all is well again');

-- damage of every kind
select pg_temp.reset_role();
update prosa.usage_daily set messages_in = messages_in + 5, cached_tokens = 0 where tenant_id = :'sorriso' and day = now()::date - 1;
update prosa.usage_daily set output_tokens = 1 where tenant_id = :'harbor';
delete from prosa.usage_daily where tenant_id = :'sorriso' and day = now()::date - 2 and agent_type = 'SDR';
insert into prosa.usage_daily (tenant_id, day, inbox_id, agent_type, model, messages_in, embedding_tokens) values
    (:'sorriso', now()::date - 2, :'sorriso', 'invented', 'x', 3, 0), (:'sorriso', now()::date - 2, :'sorriso', 'invented', 'y', 3, 8), (:'sorriso', now()::date - 3, :'sorriso', 'invented', 'z', 0, 0);
select isnt_empty('select * from seen except select * from was_seen', 'sums are falsified');
savepoint damaged;
select pg_temp.as_admin();
select cmp_ok(prosa.recalculate_consumption(:'first', :'last', :'sorriso'), '>', 5::bigint, 'the sums of one tenant are mended');
select set_eq(format($$ select * from sums where tenant_id = %L and agent_type <> 'invented' $$, :'sorriso'), format('select * from stood where tenant_id = %L', :'sorriso'), 'all of them');
select results_eq($$ select model, messages_in, embedding_tokens from sums where agent_type = 'invented' $$, $$ values ('y', 0::bigint, 8::bigint) $$, 'what was invented goes, but for embeddings, of which no message tells');
select is((select output_tokens from sums where tenant_id = :'harbor'), 1::bigint, 'another tenant''s stay');
select is(prosa.recalculate_consumption(:'first', :'last', :'sorriso'), 0::bigint, 'once is enough');
select is((select count(*)::integer from prosa.audit_log where tenant_id = :'sorriso' and action = 'recalculate'), 2, 'of one tenant it stands in its own chain');
rollback to damaged;
select pg_temp.as_admin();
select cmp_ok(prosa.recalculate_consumption(now()::date - 1, now()::date - 1), '>', 1::bigint, 'one day, of all tenants');
select set_eq('select * from sums where day = now()::date - 1', 'select * from stood where day = now()::date - 1', 'is right');
select isnt_empty('select * from sums where day <> now()::date - 1 except select * from stood', 'the other days stay as they are');
rollback to damaged;

-- tokens that were changed by hand
update prosa.messages set output_tokens = output_tokens + 1 where tenant_id = :'sorriso' and created_at < now()::date;
select pg_temp.as_admin();
select prosa.recalculate_consumption(:'first', :'last') \g /dev/null
select is((select sum(output_tokens) from seen where tenant_id = :'sorriso'), (select sum(output_tokens)::numeric from prosa.messages where tenant_id = :'sorriso'), 'messages that were changed by hand are counted as they are now');
select pg_temp.reset_role();
rollback to damaged;

-- what retention removed stands for good
update prosa.tenants set plan = 'starter' where id = :'sorriso';
update prosa.plans set retention_days = 2 where code = 'starter';
select prosa.cleanup_old_messages() \g /dev/null
select results_eq('select before from prosa.usage_closed where tenant_id = ' || quote_literal(:'sorriso'), array[now()::date - 1], 'retention says from which day on messages are whole');
truncate stood;
insert into stood select * from sums;
select pg_temp.as_admin();
select cmp_ok(prosa.recalculate_consumption(:'first', :'last', :'sorriso'), '>', 0::bigint, 'later days are mended');
select set_eq('select * from sums where day < now()::date - 1', 'select * from stood where day < now()::date - 1', 'days whose messages are gone, or half gone, stay as they were');
select pg_temp.as_worker();
select lives_ok('select prosa.cleanup_old_messages()', 'retention goes on');
select pg_temp.reset_role();
select is((select before from prosa.usage_closed where tenant_id = :'sorriso'), now()::date - 1, 'and closes nothing that is whole');
update prosa.tenants set plan = 'enterprise' where id = :'sorriso';
select pg_temp.as_admin();
select is(prosa.recalculate_consumption(:'first', now()::date - 2, :'sorriso'), 0::bigint, 'a larger plan brings no message back, and shrinks no sum');
select pg_temp.reset_role();
select prosa._close_usage(:'harbor', '2026-05-10 00:00:00+00') \g /dev/null
select is((select before from prosa.usage_closed where tenant_id = :'harbor'), '2026-05-10'::date, 'a cutoff at midnight leaves the day after it whole');
select prosa._close_usage(:'harbor', '2026-05-09 00:00:01+00') \g /dev/null
select prosa._close_usage(:'harbor', '2026-05-10 00:00:01+00') \g /dev/null
select is((select before from prosa.usage_closed where tenant_id = :'harbor'), '2026-05-11'::date, 'it only moves on');
rollback to damaged;

-- a quota follows
update prosa.plans set monthly_messages = 1000000 where code = 'enterprise';
update prosa.usage_daily set messages_in = 2000000, day = now()::date where tenant_id = :'harbor';
select prosa._refresh_quota_blocks(array[:'harbor'::uuid]) \g /dev/null
select isnt_empty(format('select from prosa.quota_blocks where tenant_id = %L', :'harbor'), 'a falsified sum may block a tenant');
select pg_temp.as_admin();
select prosa.recalculate_consumption(:'first', :'last') \g /dev/null
select is_empty(format('select from prosa.quota_blocks where tenant_id = %L', :'harbor'), 'mending it frees the tenant');

-- who, and what is refused
select throws_ok($$ select prosa.recalculate_consumption('2026-03-02', '2026-03-01') $$, '22023', null, 'days in the wrong order are refused');
select throws_ok($$ select prosa.recalculate_consumption(null, '2026-03-01') $$, '22023', null, 'and none');
select throws_ok($$ select prosa.recalculate_consumption('-infinity', '2026-03-01') $$, '22023', null, 'and all that ever were');
select is(prosa.recalculate_consumption('1999-01-01', '1999-01-02'), 0::bigint, 'days of nothing are nothing');
select pg_temp.as_worker();
select throws_ok($$ select prosa.recalculate_consumption('2026-03-01', '2026-03-01') $$, '42501', null, 'a worker may not');
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.recalculate_consumption('2026-03-01', '2026-03-01') $$, '42501', null, 'nor may an application');

select pg_temp.reset_role();
select * from finish();
rollback;
