-- tenant_metrics: a row a tenant, each figure from its own source.
begin;
\ir lib/personas.sql
select plan(17);

select pg_temp.new_tenant('sorriso', 'pro') as sorriso, pg_temp.new_tenant('harbor') as harbor, pg_temp.new_tenant('oficina') as oficina \gset
select pg_temp.new_inbox(:'sorriso', 'one') as one, pg_temp.new_inbox(:'sorriso', 'two') as two, pg_temp.new_inbox(:'sorriso', 'three') as three, pg_temp.new_contact(:'sorriso') as ana \gset
update prosa.inboxes set connection_state = 'open' where id in (:'one', :'two');
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'one', :'ana') as first, prosa.get_or_create_conversation(:'two', :'ana') as second \gset
select date_trunc('month', now()) as month_start, date_trunc('day', now()) as today \gset
-- of today, of the month before, and of a time that nobody analyses any more
select prosa.record_message(:'first', 'user', 'a', created_at => :'today') \g /dev/null
select prosa.record_message(:'second', 'assistant', 'b', created_at => :'today', input_tokens => 1000, cached_tokens => 500, output_tokens => 10, model => 'llm') \g /dev/null
select prosa.record_message(:'second', 'tool', 'c', created_at => :'today', output_tokens => 5, model => 'local') \g /dev/null
select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', :'first'::text, 'role', 'user', 'content', 'x', 'created_at', now() - interval '40 days')) from generate_series(1, 5))) \g /dev/null
select prosa.record_message(:'first', 'user', 'd', created_at => :'month_start'::timestamptz - interval '1 second') \g /dev/null
select pg_temp.reset_role();
select prosa.set_model_price('llm', 'USD', 2, 10, 1, valid_from => '2020-01-01') \g /dev/null
update prosa.messages set sentiment = 0.5, satisfaction = 80 where tenant_id = :'sorriso' and content = 'a';
update prosa.messages set sentiment = -0.5, satisfaction = 40 where tenant_id = :'sorriso' and content = 'b';
update prosa.messages set sentiment = 0.1 where tenant_id = :'sorriso' and content = 'c';
update prosa.messages set sentiment = -1, satisfaction = 0 where tenant_id = :'sorriso' and content = 'x';
select pg_temp.new_conversation(:'harbor') as other \gset
select pg_temp.say(:'harbor', :'other', 'x') \g /dev/null

create function pg_temp.metrics(p_tenant_id uuid) returns jsonb language sql as
$$ select to_jsonb(m) - 'tenant_id' - 'tenant_name' from prosa.tenant_metrics m where m.tenant_id = p_tenant_id $$;
select pg_temp.as_app(:'sorriso');
select is(pg_temp.metrics(:'sorriso') - '{avg_sentiment,positive_pct,month_cost,month_costs}'::text[],
    '{"plan": "pro", "total_messages": 8, "messages_today": 2, "avg_satisfaction": 60, "inboxes": 3, "active_connections": 2, "month_messages": 2, "month_input_tokens": 1000,
      "month_output_tokens": 15, "month_embedding_tokens": 0, "month_currency": "USD", "month_unpriced_tokens": 5}', 'every figure is that of its own source: none is multiplied by another');
select is(round((pg_temp.metrics(:'sorriso') ->> 'avg_sentiment')::numeric, 6), round(0.1 / 3, 6), 'sentiment is that of the last 30 days');
select is(round((pg_temp.metrics(:'sorriso') ->> 'positive_pct')::numeric, 3), 33.333, 'the positive part is that of the analysed messages');
select is((select trim_scale(month_cost) from prosa.tenant_metrics), 0.0016, 'the month has its cost');
select is((select tenant_name from prosa.tenant_metrics), 'Sorriso', 'the tenant its name');
select is((select count(*)::integer from prosa.tenant_metrics), 1, 'an application sees its tenant alone');
create temporary table before as select * from prosa.tenant_metrics;
select pg_temp.as_worker();
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.as_app(:'sorriso');
select set_eq('select * from prosa.tenant_metrics', 'select * from before', 'settled or not, it is the same');
select pg_temp.as_app();
select is_empty('select * from prosa.tenant_metrics', 'without a tenant nothing');

select pg_temp.as_admin();
select is((select count(*) from prosa.tenant_metrics), (select count(*) from prosa.tenants), 'the operator sees every tenant once');
select results_eq(format($$ select total_messages, messages_today, avg_sentiment, avg_satisfaction, positive_pct, inboxes, active_connections, trim_scale(month_cost), month_currency, month_costs from prosa.tenant_metrics where tenant_id = %L $$, :'harbor'),
                  $$ values (1::bigint, 1::bigint, null::float8, null::numeric, null::numeric, 1::bigint, 0::bigint, 0::numeric, null::text, '{}'::jsonb) $$, 'what was not analysed has no figure, rather than a wrong one');
select results_eq(format($$ select total_messages, messages_today, month_messages, inboxes from prosa.tenant_metrics where tenant_id = %L $$, :'oficina'), 'values (0::bigint, 0::bigint, 0::bigint, 0::bigint)', 'a tenant without anything is there too');
select prosa.set_model_price('local', 'BRL', output_price => 100, valid_from => '2020-01-01') \g /dev/null
select results_eq(format('select month_cost, month_currency, month_costs, month_unpriced_tokens from prosa.tenant_metrics where tenant_id = %L', :'sorriso'),
                  $$ values (null::numeric, null::text, '{"BRL": 0.0005, "USD": 0.0016}'::jsonb, 0::bigint) $$, 'two currencies stand apart');

-- retention takes messages and not their count
select pg_temp.reset_role();
update prosa.plans set retention_days = 20 where code = 'pro';
select prosa.cleanup_old_messages() \g /dev/null
select is((select total_messages from prosa.tenant_metrics where tenant_id = :'sorriso'), 8::bigint, 'messages that retention removed stay counted');

-- the monitor knows no names
select pg_temp.as_monitor();
select throws_ok('select * from prosa.tenant_metrics', '42501', null, 'the monitor does not read it: it has names');
select isnt_empty('select * from prosa.mv_tenant_consumption_summary', 'it has the consumption of all');
select isnt_empty('select id, plan from prosa.tenants', 'and their plans');
select throws_ok('select system_prompt from prosa.tenants', '42501', null, 'but not what they say');

select pg_temp.reset_role();
select * from finish();
rollback;
