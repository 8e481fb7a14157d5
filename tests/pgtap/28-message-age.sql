-- How old a message may be: past the plan's retention it is refused; of a month without a partition, it gets that month first.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(40);

select prosa.run_maintenance() \g /dev/null
select pg_temp.new_tenant('sorriso', 'pro') as sorriso, pg_temp.new_tenant('harbor', 'enterprise') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as kept_long \gset
set local search_path = public, pg_temp;
select pg_temp.as_app(:'sorriso');

-- the edge
select lives_ok(format($$ select prosa.record_message(%L, 'user', 'x', created_at => now() - interval '180 days') $$, :'conversation'), 'a message as old as the plan keeps is recorded');
select throws_like(format($$ select prosa.record_message(%L, 'user', 'x', created_at => now() - interval '180 days 1 second') $$, :'conversation'),
                   'a message of % is older than plan "pro" keeps: 180 days, since % UTC', 'one second more is refused, naming the plan and its cutoff');
select throws_ok(format($$ select prosa.record_message(%L, 'user', 'x', created_at => now() - interval '181 days') $$, :'conversation'), '22023', null, 'as a bad parameter');
select throws_ok(format($$ select prosa.record_message(%L, 'user', 'x', created_at => '1999-12-31') $$, :'conversation'), '22023', null, 'so is the last century');
select throws_like(format($$ select prosa.record_messages(jsonb_build_array(
        jsonb_build_object('conversation_id', %1$L, 'role', 'user', 'content', 'good'),
        jsonb_build_object('conversation_id', %1$L, 'role', 'user', 'content', 'bad', 'created_at', now() - interval '181 days'))) $$, :'conversation'),
    'element 2: a message of % is older than plan "pro" keeps%', 'a batch names the element');
select is_empty($$ select * from prosa.messages where content in ('good', 'bad') $$, 'and is refused as a whole');
select pg_temp.as_app(:'harbor');
select lives_ok(format($$ select prosa.record_message(%L, 'user', 'x', created_at => now() - interval '181 days') $$, :'kept_long'), 'another plan keeps it');

-- a webhook call with such a message is kept as failed, with the reason, and the message beside it is recorded
select pg_temp.reset_role();
select pg_temp.deliver(:'sorriso', jsonb_build_object('event', 'messages.upsert', 'data', jsonb_build_array(
    jsonb_build_object('key', '{"remoteJid": "5511911112222@s.whatsapp.net", "id": "OLD", "fromMe": false}'::jsonb, 'message', '{"conversation": "velha"}'::jsonb,
                       'messageTimestamp', extract(epoch from now() - interval '200 days')::bigint),
    jsonb_build_object('key', '{"remoteJid": "5511911112222@s.whatsapp.net", "id": "NEW", "fromMe": false}'::jsonb, 'message', '{"conversation": "nova"}'::jsonb,
                       'messageTimestamp', extract(epoch from now())::bigint)))) as delivered \gset
select is(:'delivered'::jsonb ->> 'status', 'failed', 'a webhook call with a message that is too old has failed');
select results_eq(format($$ select status, error_code, error_message ~ 'older than plan "pro" keeps' from prosa.inbound_events where tenant_id = %L $$, :'sorriso'),
                  $$ values ('failed', '22023', true) $$, 'the event says why');
select results_eq(format($$ select external_id from prosa.messages where tenant_id = %L and external_id in ('OLD', 'NEW') $$, :'sorriso'), array['NEW'], 'and the good message is there');

-- a second delivery of what is stored, at any age
select pg_temp.as_app(:'sorriso');
select message_id as first, created_at as at, message_index as index from prosa.record_message(:'conversation', 'user', 'x', 'A1') \gset
select results_eq(format($$ select * from prosa.record_message(%L, 'user', 'x', 'A1', now() - interval '300 days') $$, :'conversation'),
                  format('values (%L::uuid, %L::timestamptz, %s::bigint, true)', :'first', :'at', :'index'), 'a stored message delivered again with a time past retention is the first one');
select results_eq(format($$ select * from prosa.record_messages(jsonb_build_array(jsonb_build_object('conversation_id', %L::text, 'role', 'user', 'content', 'x', 'external_id', 'A1', 'created_at', now() - interval '300 days'))) $$, :'conversation'),
                  format('values (%L::uuid, %L::timestamptz, %s::bigint, true)', :'first', :'at', :'index'), 'also in a batch');
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.as_app(:'sorriso');
select is((prosa.record_message(:'conversation', 'user', 'x', 'A1', now() - interval '300 days')).message_id, :'first'::uuid, 'and when it has left the outbox');
select is((prosa.record_messages(jsonb_build_array(jsonb_build_object('conversation_id', :'conversation', 'role', 'user', 'content', 'x', 'external_id', 'A1', 'created_at', now() - interval '300 days')))).message_id,
          :'first'::uuid, 'in a batch too');
select throws_ok(format($$ select prosa.record_message(%L, 'user', 'x', '', now() - interval '300 days') $$, :'conversation'), '22023', null, 'an empty external id is none');
select pg_temp.reset_role();
select ok(not exists (select from prosa._months('prosa.messages') m where m.starts_at = date_trunc('month', now() - interval '300 days', 'UTC')), 'no month was made for them');

-- months
create temporary view month as
select c.oid, c.relname, (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \('([^']+)'\)$$))[1]::timestamptz as low
  from pg_class c join pg_inherits h on h.inhrelid = c.oid where h.inhparent = 'prosa.messages'::regclass;
create temporary table made_before as select * from month;
select pg_temp.as_app(:'harbor');
set local timezone = 'America/Sao_Paulo';
select message_id as old from prosa.record_message(:'kept_long', 'user', 'old', created_at => date_trunc('month', now() - interval '20 months', 'UTC') - interval '1 microsecond') \gset
set local timezone = 'UTC';
select pg_temp.reset_role();
select results_eq($$ select m.low from month m where m.oid not in (select b.oid from made_before b) and m.low < now() - interval '15 months' $$,
                  $$ select date_trunc('month', now() - interval '21 months', 'UTC') $$, 'an old message has its month made, a month of UTC, whatever the session''s time zone');
select isnt((select tableoid from prosa.messages where id = :'old'), 'prosa.messages_default'::regclass::oid, 'and is not in the default partition');
select is((select tableoid from prosa.messages where id = :'old'), (select oid from month where low = date_trunc('month', now() - interval '21 months', 'UTC')), 'but there');
select is((select relname::text from month where low = date_trunc('month', now() - interval '21 months', 'UTC')),
          regexp_replace((select relname::text from month where low = date_trunc('month', now(), 'UTC')), '\d[\d_]*$', '')
          || to_char(date_trunc('month', now() - interval '21 months', 'UTC'), (select case when relname ~ '\d{8}$' then 'YYYYMMDD' else 'YYYY_MM' end from month where low = date_trunc('month', now(), 'UTC'))),
          'it is named as pg_partman names months');
select is(current_setting('search_path'), 'public, pg_temp', 'the session''s search_path is as it was');
select pg_temp.as_app(:'harbor');
select is(array_length(array(select message_id from prosa.record_messages((
    select jsonb_agg(jsonb_build_object('conversation_id', :'kept_long', 'role', 'user', 'content', 'batch', 'created_at', now() - n * interval '1 month')) from generate_series(12, 23) n))), 1), 12,
    'a batch has all its months made');
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.messages_default), 0, 'the default partition is empty');
select is((select count(distinct tableoid)::integer from prosa.messages where content = 'batch'), 12, 'they are in twelve months');
select is_empty('select relname from tenant_tables where not (relrowsecurity and relforcerowsecurity)', 'every partition is under forced row security');
select is_empty($$ select t.relname from tenant_tables t where t.relname like 'messages\_p%'
                      and (select count(*) from pg_policy p where p.polrelid = t.oid and p.polname in ('tenant_isolation', 'owner_access', 'admin_access')) <> 3 $$, 'with its policies');
select is_empty($$ select t.relname from tenant_tables t where t.relispartition and (t.relacl is not null or t.relowner <> to_regrole('prosa_owner')) and exists (select from aclexplode(t.relacl) a where a.grantee <> t.relowner) $$, 'and without grants');
select is_empty($$ select t.relname from tenant_tables t where t.relispartition and t.relname like 'messages\_p%'
                      and ((select count(*) from pg_index i where i.indrelid = t.oid) <> (select count(*) from pg_index i where i.indrelid = 'prosa.messages'::regclass)
                           or exists (select from pg_index i where i.indrelid = t.oid and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid))) $$, 'it has the indexes of its parent, attached to them');
select is_empty($$ select t.relname from tenant_tables t where t.relispartition and t.relname like 'messages\_p%'
                      and not exists (select from pg_trigger g where g.tgrelid = t.oid and g.tgname = 'messages_post') $$, 'and its trigger');
select is(prosa._ensure_month(now() - interval '20 months'), false, 'a month is made once');
select is((prosa.run_maintenance() ->> 'tables_secured')::integer, 0, 'maintenance finds nothing left to secure');
select ok((select ok from prosa.doctor() where check_name = 'lint'), 'and lint nothing to say');

-- what waits in the default partition is not lost for it
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
select m.tenant_id, now() - interval '11 months', gen_random_uuid(), m.conversation_id, m.inbox_id, m.contact_id, 1000000, m.role, 'waits'
  from prosa.messages m where m.id = :'old';
select is((select tableoid from prosa.messages where content = 'waits'), 'prosa.messages_default'::regclass::oid, 'what is inserted directly waits in the default partition');
select pg_temp.as_app(:'harbor');
select throws_ok(format($$ select prosa.record_message(%L, 'user', 'too', created_at => now() - interval '11 months') $$, :'kept_long'), '55000',
                 format('messages of %s wait in the default partition, so that month cannot be made', to_char(now() - interval '11 months', 'YYYY-MM')), 'another one of its month has to wait');
select pg_temp.reset_role();
select prosa.run_maintenance() \g /dev/null
select pg_temp.as_app(:'harbor');
select lives_ok(format($$ select prosa.record_message(%L, 'user', 'too', created_at => now() - interval '11 months') $$, :'kept_long'), 'until maintenance has made it');
select pg_temp.reset_role();
select is((select count(distinct tableoid)::integer from prosa.messages where content in ('waits', 'too')), 1, 'then both are in it');
select is((select count(*)::integer from prosa.messages_default), 0, 'and the default partition is empty');
select is((select count(*)::integer from prosa.message_outbox o join prosa.messages m on m.id = o.message_id where m.content = 'waits'), 1, 'what was moved counts once');

-- keys that no message has
select pg_temp.as_app(:'sorriso');
select throws_ok(format($$ select prosa.record_messages(jsonb_build_array(jsonb_build_object('conversation_id', %L::text, 'role', 'user', 'content', 'x', 'externalId', 'B1', 'sender', 'Ana'))) $$, :'conversation'),
                 '22023', 'keys that no message has: externalId, sender', 'a batch with keys that no message has is refused, naming them');
select is_empty($$ select * from prosa.record_messages('[]') $$, 'an empty batch gives no rows');
select * from finish();
rollback;
