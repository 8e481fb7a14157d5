-- Costs: tokens by model and day, at the price of that day.
begin;
\ir lib/personas.sql
select plan(43);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as other \gset

-- who sets prices
select pg_temp.as_admin();
select lives_ok($$ select prosa.set_model_price('small', 'USD', 2, 8, 0.5, valid_from => '2026-01-01') $$, 'an operator sets a price');
select lives_ok($$ select prosa.set_model_price('small', 'USD', 1, 4, valid_from => '2026-02-10') $$, 'and another from a later day on');
select lives_ok($$ select prosa.set_model_price('local', 'BRL', 10, 0, valid_from => '2026-01-01') $$, 'in another currency');
select lives_ok($$ select prosa.set_model_price('vectors', 'USD', embedding_price => 0.02) $$, 'of an embedding model');
select is((select valid_from from prosa.model_prices where model = 'vectors'), (now() at time zone 'UTC')::date, 'from today (UTC) on when no day is named');
select throws_ok($$ select prosa.set_model_price('x', 'usd', 1) $$, '22023', null, 'a currency has capital letters');
select throws_ok($$ select prosa.set_model_price('x', null, 1) $$, '22023', null, 'and there is one');
select throws_ok($$ select prosa.set_model_price('', 'USD', 1) $$, '22023', null, 'a model has a name');
select throws_ok($$ select prosa.set_model_price('x', 'USD') $$, '22023', null, 'a price is a price of something');
select throws_ok($$ select prosa.set_model_price('x', 'USD', output_price => 1, cached_input_price => 1) $$, '22023', null, 'a cached price stands beside that of the input');
select throws_ok($$ select prosa.set_model_price('x', 'USD', -1) $$, '22023', null, 'no price is negative');
select throws_ok($$ select prosa.set_model_price('x', 'USD', 'NaN') $$, '22023', null, 'or no number');
select throws_ok($$ select prosa.set_model_price('x', 'USD', 'Infinity') $$, '22023', null, 'or infinite');
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.set_model_price('x', 'USD', 1) $$, '42501', null, 'an application sets none');
select throws_ok($$ insert into prosa.model_prices (model, valid_from, currency, input_price) values ('x', '2026-01-01', 'USD', 1) $$, '42501', null, 'by no way');
select isnt_empty($$ select from prosa.model_prices $$, 'and reads them');
select pg_temp.as_worker();
select throws_ok($$ select prosa.set_model_price('x', 'USD', 1) $$, '42501', null, 'nor does a worker');

create function pg_temp.answer(p_conversation uuid, p_day date, p_model text, p_input integer, p_cached integer, p_output integer, p_agent text default null) returns void language sql as
$$ select prosa.record_message(p_conversation, 'assistant', 'x', null, (p_day + time '12:00') at time zone 'UTC', p_input, p_output, p_model, p_agent, cached_tokens => p_cached) $$;

-- by date
select pg_temp.as_app(:'sorriso');
select pg_temp.answer(:'conversation', day::date, 'small', 1000, 400, 100) from generate_series(timestamp '2025-12-31', '2026-02-11', '1 day') day where day in ('2025-12-31', '2026-01-01', '2026-02-09', '2026-02-10', '2026-02-11') \g /dev/null
create function pg_temp.costs() returns table (day date, cost numeric, currency text, costs jsonb, unpriced_tokens bigint) language sql as
$$ select day, trim_scale(cost), currency, costs, unpriced_tokens from prosa.consumption_inbox_daily $$;
select set_eq('select day, cost, currency, unpriced_tokens from pg_temp.costs()',
              -- 600 at 2, 400 cached at 0.5, 100 at 8; then, without a price for cached ones, 1000 at 1 and 100 at 4
              $$ values ('2025-12-31'::date, 0::numeric, null::text, 1100::bigint), ('2026-01-01', 0.0022, 'USD', 0), ('2026-02-09', 0.0022, 'USD', 0),
                        ('2026-02-10', 0.0014, 'USD', 0), ('2026-02-11', 0.0014, 'USD', 0) $$, 'each day costs what its price says; before the first there is none');
select set_eq('select month, trim_scale(cost), currency, unpriced_tokens from prosa.mv_tenant_consumption_summary',
              $$ values ('2025-12-01'::date, 0::numeric, null::text, 1100::bigint), ('2026-01-01', 0.0022, 'USD', 0), ('2026-02-01', 0.005, 'USD', 0) $$, 'a month costs the sum of its days');
create temporary table before as select * from prosa.consumption_inbox_daily;
select pg_temp.as_worker();
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.as_app(:'sorriso');
select set_eq('select * from prosa.consumption_inbox_daily', 'select * from before', 'settled or not');

-- a corrected price corrects the past
select pg_temp.as_admin();
select prosa.set_model_price('small', 'USD', 3, 8, 0.5, valid_from => '2026-01-01') \g /dev/null
select pg_temp.as_app(:'sorriso');
select is((select cost from pg_temp.costs() where day = '2026-01-01'), 0.0028, 'a corrected price corrects the past');
select is((select cost from pg_temp.costs() where day = '2026-02-10'), 0.0014, 'of its own days');
select pg_temp.as_admin();
select is((select after ->> 'input_price' from prosa.audit_log where object = 'model_prices' and action = 'update' order by sequence desc limit 1), '3', 'and is in the audit log');

-- currencies are not added
select pg_temp.as_app(:'sorriso');
select pg_temp.answer(:'conversation', '2026-02-11', 'local', 100000, 0, 7);
select results_eq($$ select cost, currency, costs, unpriced_tokens from pg_temp.costs() where day = '2026-02-11' $$,
                  $$ values (null::numeric, null::text, '{"BRL": 1, "USD": 0.0014}'::jsonb, 0::bigint) $$, 'two currencies of a day stand apart, and are no single cost');
select set_eq($$ select model, trim_scale(cost), currency from prosa.consumption_model_daily where day = '2026-02-11' $$, $$ values ('small', 0.0014, 'USD'), ('local', 1.0, 'BRL') $$, 'by model each has its own');
select results_eq($$ select cost, currency, costs from prosa.mv_tenant_consumption_summary where month = '2026-02-01' $$,
                  $$ values (null::numeric, null::text, '{"BRL": 1, "USD": 0.0056}'::jsonb) $$, 'so do those of a month');
select pg_temp.answer(:'conversation', '2026-02-12', 'local', 200000, 0, 7, 'SDR');
select pg_temp.answer(:'conversation', '2026-02-12', 'local', 50000, 0, 7, 'COPILOT');
select is((select costs from prosa.mv_tenant_consumption_summary where month = '2026-02-01'), '{"BRL": 3.5, "USD": 0.0056}', 'summed over days and agents');
select pg_temp.with_tenant(:'sorriso', format('select prosa.get_or_create_conversation(prosa.create_inbox(%L), contact_id) from prosa.conversations where id = %L', 'second', :'conversation')) as second \gset
select pg_temp.answer(:'second', '2026-02-12', 'local', 100000, 0, 0);
select is((select costs from prosa.mv_tenant_consumption_summary where month = '2026-02-01'), '{"BRL": 4.5, "USD": 0.0056}', 'and inboxes');
select is((select active_inboxes from prosa.mv_tenant_consumption_summary where month = '2026-02-01'), 2::bigint, 'which are counted');

-- what has no price
select pg_temp.answer(:'conversation', '2026-02-12', 'unheard of', 30, 10, 4, 'SDR');
select pg_temp.answer(:'conversation', '2026-02-12', null, 5, 0, 0, 'SDR');
select pg_temp.answer(:'conversation', '2026-02-12', 'vectors', 100, 0, 0, 'SDR');
select results_eq($$ select cost, currency, unpriced_tokens from pg_temp.costs() c where day = '2026-02-12' and c.unpriced_tokens > 0 $$,
                  $$ values (2.0, 'BRL', 139::bigint) $$, 'tokens of an unknown model, of none, and of a kind without a price are not in the cost, and shown');
select prosa.record_message(:'conversation', 'user', 'x', null, '2026-02-13Z') \g /dev/null
select results_eq($$ select cost, currency, costs, unpriced_tokens from pg_temp.costs() where day = '2026-02-13' $$, $$ values (0::numeric, null::text, '{}'::jsonb, 0::bigint) $$, 'what took no tokens costs nothing');

-- the views agree
select is((select sum((value)::text::numeric) from prosa.mv_tenant_consumption_summary, jsonb_each(costs)), (select sum(cost) from prosa.consumption_model_daily), 'the sums of all views agree');
select is((select sum((value)::text::numeric) from prosa.consumption_inbox_daily, jsonb_each(costs)), (select sum(cost) from prosa.consumption_model_daily), 'each of them');
select results_eq($$ select sum(messages_in), sum(messages_out), sum(input_tokens), sum(cached_tokens), sum(unpriced_tokens) from prosa.consumption_model_daily $$,
                  $$ select sum(messages_in), sum(messages_out), sum(input_tokens), sum(cached_tokens), sum(unpriced_tokens) from prosa.consumption_inbox_daily $$, 'in tokens too');
select is((select count(*) from (select inbox_id, day, agent_type from prosa.consumption_inbox_daily group by 1, 2, 3 having count(*) > 1) x), 0::bigint, 'an inbox, day and agent type is one row, whatever the currencies');

-- whose costs
select pg_temp.as_app(:'harbor');
select pg_temp.answer(:'other', '2026-02-12', 'small', 1000, 0, 0);
select results_eq('select costs from prosa.mv_tenant_consumption_summary', array['{"USD": 0.001}'::jsonb], 'another tenant sees its own cost');
select is((select count(distinct tenant_id) from prosa.consumption_model_daily), 1::bigint, 'and no other');
select pg_temp.as_app();
select is_empty('select * from prosa.consumption_model_daily', 'nobody''s application sees none');
select pg_temp.as_monitor();
select is((select count(distinct tenant_id) from prosa.mv_tenant_consumption_summary where tenant_id in (:'sorriso', :'harbor') and costs <> '{}'), 2::bigint, 'the monitor sees those of all');
select pg_temp.as_admin();
select is((select count(distinct tenant_id) from prosa.mv_tenant_consumption_summary where tenant_id in (:'sorriso', :'harbor') and costs <> '{}'), 2::bigint, 'so does the operator');

-- the table itself takes nothing else
select throws_ok($$ insert into prosa.model_prices (model, valid_from, currency, input_price) values ('x', '2026-01-01', 'US', 1) $$, '23514', null, 'written by hand, a price is held to the same rules');
select throws_ok($$ insert into prosa.model_prices (model, valid_from, currency) values ('x', '2026-01-01', 'USD') $$, '23514', null, 'each of them');
select throws_ok($$ insert into prosa.model_prices (model, valid_from, currency, input_price) values ('x', '2026-01-01', 'USD', 'NaN') $$, '23514', null, 'a price that is no number too');

select pg_temp.reset_role();
select * from finish();
rollback;
