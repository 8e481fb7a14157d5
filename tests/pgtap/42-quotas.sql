-- Quotas: what the machine writes ends with them; what contacts write never does.
begin;
\ir lib/personas.sql
select plan(60);

insert into prosa.plans (code, retention_days, monthly_messages) values ('zz_ten', 900, 10);
insert into prosa.plans (code, retention_days, monthly_tokens, quota_warning_percent) values ('zz_tokens', 900, 1000, 50);
insert into prosa.plans (code, retention_days) values ('zz_all', 900);
select pg_temp.new_tenant('sorriso', 'zz_ten') as sorriso, pg_temp.new_tenant('harbor', 'zz_tokens') as harbor, pg_temp.new_tenant('oficina', 'zz_ten') as oficina \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as harbor_conversation, pg_temp.new_conversation(:'oficina') as oficina_conversation \gset
create function pg_temp.settle() returns setof void language plpgsql as $$
begin
    perform set_config('role', 'none', true);
    perform prosa.refresh_consumption_summary();
end
$$;
create function pg_temp.many(p_conversation uuid, p_role text, p_count integer, p_tokens integer default 0, p_at timestamptz default now()) returns bigint language sql as
$$ select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', p_conversation, 'role', p_role, 'content', 'x', 'output_tokens', p_tokens, 'created_at', p_at)) from generate_series(1, p_count))) $$;
create function pg_temp.answer(p_conversation uuid, p_external_id text default null, p_at timestamptz default now()) returns text language sql as
$$ select format('select * from prosa.record_message(%L, ''assistant'', ''x'', %L, %L)', p_conversation, p_external_id, p_at) $$;
create function pg_temp.state(p_tenant_id uuid, p_metric text) returns text language sql as
$$ select format('%s of %s, %s', q.used, coalesce(q.quota_limit::text, 'any'), q.state) from prosa.quota_status q where q.tenant_id = p_tenant_id and q.metric = p_metric $$;
-- tests run on the last and the first day of a month too
select date_trunc('month', now()) as month_start, date_trunc('month', now()) + interval '1 month' as month_end \gset

-- what is used, exactly and at once
select pg_temp.as_app(:'sorriso');
select is(pg_temp.state(:'sorriso', 'messages'), '0 of 10, ok', 'nothing is used');
select is(pg_temp.many(:'conversation', 'user', 7), 7::bigint, 'seven messages');
select is(pg_temp.state(:'sorriso', 'messages'), '7 of 10, ok', 'are seven used');
select lives_ok(pg_temp.answer(:'conversation', 'A8'), 'the eighth');
select is(pg_temp.state(:'sorriso', 'messages'), '8 of 10, warning', 'is the warning');
select is(pg_temp.state(:'sorriso', 'tokens'), '0 of any, ok', 'tokens are unlimited in this plan');
select results_eq('select month, metric, used, percent, resets_at from prosa.quota_status order by metric',
                  format('values (%L::date, ''messages'', 8::bigint, 80.0, %L::timestamptz), (%1$L, ''tokens'', 0, null, %2$L)', :'month_start', :'month_end'), 'with its month, its part and when it begins anew');
select lives_ok(pg_temp.answer(:'conversation', 'A9'), 'the ninth');
select is(pg_temp.many(:'conversation', 'user', 3), 3::bigint, 'contacts go past the end');
select is(pg_temp.state(:'sorriso', 'messages'), '12 of 10, exceeded', 'which is shown');
select lives_ok(pg_temp.answer(:'conversation', 'A13'), 'until messages are settled the machine goes past it too');
select throws_ok(format('select prosa.reply_prompt(%L)', :'conversation'), '53400', 'the plan "zz_ten" allows 10 messages a month, and 13 are used', 'but no answer is begun any more');

-- used up
select pg_temp.settle();
select is((select until from prosa.quota_blocks where tenant_id = :'sorriso'), :'month_end'::timestamptz, 'settling blocks the machine until the month ends');
select pg_temp.as_app(:'sorriso');
select throws_ok(pg_temp.answer(:'conversation'), '53400', 'the plan "zz_ten" allows 10 messages a month, and 13 are used', 'it writes no more');
create function pg_temp.hint_of(p_statement text) returns text language plpgsql as $$
declare
    v_hint text;
begin
    execute p_statement;
    return null;
exception when configuration_limit_exceeded then
    get stacked diagnostics v_hint = pg_exception_hint;
    return v_hint;
end
$$;
select is(pg_temp.hint_of(pg_temp.answer(:'conversation')), format('Messages of contacts are still taken. The next month begins on %s (UTC); a larger plan ends the wait.', :'month_end'::timestamptz::date), 'and is told until when');
select throws_ok(format($$ select pg_temp.many(%L, 'assistant', 3) $$, :'conversation'), '53400', null, 'not in batches');
select throws_ok(format($$ select count(*) from prosa.record_messages(jsonb_build_array(jsonb_build_object('conversation_id', %L::text, 'role', 'user', 'content', 'q'), jsonb_build_object('conversation_id', %1$L::text, 'role', 'assistant', 'content', 'a'))) $$, :'conversation'), '53400', null, 'nor in one with questions');
select is_empty($$ select from prosa.messages where content in ('q', 'a') $$, 'which is refused as a whole');
select throws_ok(format('select prosa.reply_prompt(%L)', :'conversation'), '53400', null, 'no answer is begun');
select is((select is_duplicate from prosa.record_message(:'conversation', 'assistant', 'x', 'A8')), true, 'what was recorded before is a duplicate, and no error');
select results_eq(format($$ select is_duplicate from prosa.record_messages('[{"conversation_id": "%s", "role": "assistant", "content": "x", "external_id": "A9"}]') $$, :'conversation'), array[true], 'in a batch too');
select lives_ok(format($$ select prosa.record_message(%L, %L, 'x') $$, :'conversation', r), r || ' is not the machine')
  from unnest(array['user', 'operator', 'system', 'tool']) r;
select is(pg_temp.many(:'conversation', 'user', 5), 5::bigint, 'nor are contacts in a batch');
select lives_ok($$ select prosa.receive_message('+55 11 91234-5678', 'oi') $$, 'or those that receive_message() takes');
select is(pg_temp.deliver(:'sorriso', pg_temp.upsert('W1', '{"conversation": "oi"}')) ->> 'status', 'stored', 'or a webhook');
select lives_ok(pg_temp.answer(:'conversation', null, :'month_start'::timestamptz - interval '1 second'), 'history of another month may be written');
select is((select count(*)::integer from prosa.record_messages(jsonb_build_array(jsonb_build_object('conversation_id', :'conversation'::text, 'role', 'assistant', 'content', 'x', 'created_at', :'month_start'::timestamptz - interval '40 days')))), 1, 'in batches too');
select throws_ok(pg_temp.answer(:'conversation', null, :'month_start'), '53400', null, 'that of this month not');

-- nobody else
select pg_temp.as_app(:'oficina');
select lives_ok(pg_temp.answer(:'oficina_conversation'), 'another tenant of the plan goes on');
select is((select count(distinct tenant_id) from prosa.quota_status), 1::bigint, 'and sees its own quota alone');
select pg_temp.as_app();
select is_empty('select * from prosa.quota_status', 'without a tenant there is none to see');
select pg_temp.as_app(:'sorriso');
select throws_ok('select * from prosa.quota_blocks', '42501', null, 'the blocks are nobody''s to read');
select pg_temp.as_monitor();
select is(pg_temp.state(:'sorriso', 'messages'), (select format('%s of 10, exceeded', used) from prosa.quota_status where tenant_id = :'sorriso' and metric = 'messages'), 'a monitor sees all');
select throws_ok('select name from prosa.tenants', '42501', null, 'without their names');
select throws_ok('select * from prosa.tenant_metrics', '42501', null, 'nor what has them');
select pg_temp.as_admin();
select is((select count(distinct tenant_id) from prosa.quota_status where tenant_id in (:'sorriso', :'harbor', :'oficina')), 3::bigint, 'an operator too');

-- a larger plan, at once; and back
update prosa.tenants set plan = 'zz_all' where id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select lives_ok(pg_temp.answer(:'conversation'), 'another plan frees at once');
select is(pg_temp.state(:'sorriso', 'messages'), (select format('%s of any, ok', used) from prosa.quota_status where metric = 'messages'), 'and shows no limit');
select pg_temp.as_admin();
update prosa.tenants set plan = 'zz_ten' where id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select throws_ok(pg_temp.answer(:'conversation'), '53400', null, 'the former one blocks at once');
select pg_temp.as_admin();
update prosa.plans set monthly_messages = 1000 where code = 'zz_ten';
select pg_temp.as_app(:'sorriso');
select lives_ok(pg_temp.answer(:'conversation'), 'a larger quota of the plan frees');
select lives_ok(format('select prosa.reply_prompt(%L)', :'conversation'), 'answers are begun');
select pg_temp.as_admin();
update prosa.plans set monthly_messages = 10 where code = 'zz_ten';
select pg_temp.as_app(:'sorriso');
select throws_ok(pg_temp.answer(:'conversation'), '53400', null, 'a smaller one blocks');

-- a block that is not true any more blocks nobody
select pg_temp.reset_role();
savepoint stale;
insert into prosa.quota_blocks (tenant_id, until) values (:'oficina', :'month_end');
select pg_temp.as_app(:'oficina');
select lives_ok(pg_temp.answer(:'oficina_conversation'), 'a block that consumption does not bear out is none');
select is(pg_temp.many(:'oficina_conversation', 'assistant', 2), 2::bigint, 'in a batch neither');
select pg_temp.settle();
select is_empty(format('select from prosa.quota_blocks where tenant_id = %L', :'oficina'), 'and goes when messages are settled');
rollback to stale;
update prosa.quota_blocks set until = now() where tenant_id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select lives_ok(pg_temp.answer(:'conversation'), 'a block ends with its month');
select pg_temp.reset_role();
rollback to stale;
update prosa.usage_daily set day = (day - interval '1 month')::date where tenant_id = :'sorriso';
delete from prosa.message_outbox where tenant_id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select is(pg_temp.state(:'sorriso', 'messages'), '0 of 10, ok', 'the next month begins with nothing used');
select lives_ok(pg_temp.answer(:'conversation'), 'and the machine writes again');
select pg_temp.reset_role();
rollback to stale;

-- tokens
select pg_temp.as_app(:'harbor');
select is(pg_temp.many(:'harbor_conversation', 'assistant', 4, 124), 4::bigint, 'tokens of output');
select is(pg_temp.state(:'harbor', 'tokens'), '496 of 1000, ok', 'are counted');
select prosa.record_message(:'harbor_conversation', 'assistant', 'x', input_tokens => 4, cached_tokens => 4) \g /dev/null
select is(pg_temp.state(:'harbor', 'tokens'), '500 of 1000, warning', 'with those of the input, and the plan says when to warn');
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
insert into prosa.usage_daily (tenant_id, day, inbox_id, agent_type, model, embedding_tokens) values (:'harbor', :'month_start'::timestamptz::date, :'harbor', 'none', 'vectors', 5000);
select is(pg_temp.state(:'harbor', 'tokens'), '500 of 1000, warning', 'embeddings do not count: contacts cause them');
select is_empty(format('select from prosa.quota_blocks where tenant_id = %L', :'harbor'), 'a warning blocks nothing');
select pg_temp.as_app(:'harbor');
select is(pg_temp.many(:'harbor_conversation', 'assistant', 1, 500), 1::bigint, 'the last ones');
select pg_temp.settle();
select pg_temp.as_app(:'harbor');
select throws_ok(pg_temp.answer(:'harbor_conversation'), '53400', 'the plan "zz_tokens" allows 1000 tokens a month, and 1000 are used', 'are the last');

-- quotas are what they can be
select pg_temp.as_admin();
select throws_ok($$ update prosa.plans set monthly_messages = 0 where code = 'zz_ten' $$, '23514', null, 'a quota of nothing is refused');
select throws_ok($$ update prosa.plans set quota_warning_percent = 101 where code = 'zz_ten' $$, '23514', null, 'a warning beyond the end too');

select pg_temp.reset_role();
select * from finish();
rollback;
