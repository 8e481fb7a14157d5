-- import_messages(): another system's messages, step by step. That it survives being killed is in tests/load.sh.
begin;
\ir lib/personas.sql
select plan(39);

select pg_temp.new_tenant('sorriso', 'pro') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso', '5511900000001') as talking, pg_temp.new_inbox(:'harbor') as harbor_inbox \gset
update prosa.inboxes set name = 'front' where tenant_id in (:'sorriso', :'harbor');
-- somebody is talking already: two questions since the last answer
select pg_temp.say(:'sorriso', :'talking', 'oi', now(), 'assistant'), pg_temp.say(:'sorriso', :'talking', 'agora 1'), pg_temp.say(:'sorriso', :'talking', 'agora 2') \g /dev/null
select last_message_at as talked_at from prosa.conversations where id = :'talking' \gset

select pg_temp.as_admin();
create function pg_temp.import(p_tenant_id uuid, p_name text, p_size integer default 3, p_retry boolean default false) returns integer language plpgsql as $$
declare
    v_batch record;
    v_after bigint;
    v_count integer := 0;
begin
    perform prosa.set_tenant(p_tenant_id);
    perform prosa._open_import(p_tenant_id, p_name, p_retry);
    loop
        select * into v_batch from prosa._import_batch(p_tenant_id, p_name, p_size, v_after);
        exit when v_batch.row_count = 0;
        v_count := v_count + v_batch.row_count;
        v_after := v_batch.last_row;
    end loop;
    return v_count;
end
$$;
insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, contact_kind, contact_name, role, content, created_at, external_id,
        input_tokens, output_tokens, model, agent_type, sender_name, media_url, tool_calls, metadata)
values (:'sorriso', 'old', 1, 'front', '+55 (11) 90000-0001', 'phone', 'Ana', 'assistant', 'third', now() - interval '8 days', 'H3', 7, 5, 'm', 'SDR', 'Bia', 'https://example.org/a.png', '[{"name": "x"}]', '{"a": 1}'),
       (:'sorriso', 'old', 2, 'front', '5511900000001', 'phone', null, 'user', 'first', now() - interval '10 days', 'H1', null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 3, 'front', '5511900000001', 'phone', null, 'user', 'second', now() - interval '9 days', 'H2', null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 4, 'front', '5511900000002', 'phone', 'Lia', 'user', 'lia', now() - interval '3 months', 'L1', null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 5, 'front', '4444@lid', 'lid', 'Rui', 'user', 'rui', now() - interval '2 months', null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 6, 'front', '5511900000002', 'phone', null, 'user', 'lia again', now() - interval '2 months', 'L1', null, null, null, null, null, null, null, null),
       -- bad ones
       (:'sorriso', 'old', 10, 'back', '5511900000001', 'phone', null, 'user', 'x', now(), null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 11, 'front', '12', 'phone', null, 'user', 'x', now(), null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 12, 'front', '12', 'fax', null, 'user', 'x', now(), null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 13, 'front', '5511900000001', 'phone', null, 'bot', 'x', now(), null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 14, 'front', '5511900000001', 'phone', null, 'user', null, now(), null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 15, 'front', '5511900000001', 'phone', null, 'user', 'x', now() + interval '2 days', null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 16, 'front', '5511900000001', 'phone', null, 'user', 'x', now(), null, -1, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 17, 'front', '5511900000001', 'phone', null, 'user', 'x', now(), null, null, null, null, null, null, null, null, '[]'),
       (:'sorriso', 'old', 18, 'front', '5511900000009', 'phone', null, 'user', 'x', now() - interval '181 days', null, null, null, null, null, null, null, null, null),
       (:'sorriso', 'old', 19, 'front', '5511900000001', 'phone', null, 'user', 'x', now() - interval '1 day', (select string_agg(md5(n::text), '') from generate_series(1, 2000) n), null, null, null, null, null, null, null, null);
select throws_ok(format($$ insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, created_at) values (%L, 'old', 1, 'front', 'x', now()) $$, :'sorriso'), '23505', null,
                 'a row that is copied twice is noticed');
select throws_ok(format($$ call prosa.import_messages(%L, 'old') $$, :'sorriso'), '2D000', null, 'import_messages() commits, so it refuses to run in a transaction');
select throws_ok(format($$ call prosa.import_messages(%L, 'none') $$, :'sorriso'), 'P0002', 'there are no rows of the import "none"', 'an import that has no rows is an error');
select throws_ok(format($$ call prosa.import_messages(%L, 'old', 0) $$, :'sorriso'), '22023', null, 'so is a batch of nothing');
select results_eq($$ select row_count, waiting, recorded, started_at from prosa.import_status $$, $$ values (16::bigint, 16::bigint, 0::bigint, null::timestamptz) $$, 'import_status shows what waits');

select is(pg_temp.import(:'sorriso', 'old'), 16, 'every row is taken');
select results_eq($$ select row_count, waiting, recorded, duplicates, refused, failed from prosa.import_status $$, $$ values (16::bigint, 0::bigint, 5::bigint, 1::bigint, 1::bigint, 9::bigint) $$, 'and given its status');
select is(pg_temp.import(:'sorriso', 'old'), 0, 'a second time there is nothing to do');
select results_eq($$ select row_number from prosa.message_imports where status = 'recorded' order by 1 $$, array[1,2,3,4,5]::bigint[], 'the good rows are recorded');
select results_eq($$ select d.row_number, d.message_id = f.message_id from prosa.message_imports d join prosa.message_imports f on f.row_number = 4 where d.status = 'duplicate' $$, $$ values (6::bigint, true) $$,
                  'a row whose external id was there is a duplicate of that message');
select results_eq($$ select row_number, reason from prosa.message_imports where status = 'failed' and row_number < 19 order by 1 $$,
                  $$ values (10::bigint, 'the tenant has no inbox "back"'), (11, 'the phone number must have 8 to 15 digits'), (12, '"fax" is not a kind of contact'),
                            (13, 'the role must be user, assistant, operator, system or tool'), (14, 'a message needs a content'), (15, 'created_at must lie between the year 2000 and one day ahead'),
                            (16, 'tokens must not be negative, and cached_tokens are part of input_tokens'), (17, 'metadata must be a JSON object') $$, 'what is bad says why');
select ok((select status = 'failed' and reason like 'index row %' from prosa.message_imports where row_number = 19), 'a row that only the recording refuses fails alone');
select results_eq($$ select row_number, reason ~ 'older than plan "pro" keeps: 180 days' from prosa.message_imports where status = 'refused' $$, $$ values (18::bigint, true) $$, 'what is past retention is refused');

-- what was recorded
select pg_temp.reset_role();
select results_eq(format($$ select content, message_index from prosa.messages where conversation_id = %L order by message_index $$, :'talking'),
                  $$ values ('oi', 1::bigint), ('agora 1', 2), ('agora 2', 3), ('first', 4), ('second', 5), ('third', 6) $$,
                  'the open conversation takes its history, the oldest first, with indexes in the order of recording');
select pg_temp.as_app(:'sorriso');
select results_eq(format($$ select content from prosa.conversation_history(%L, 6) offset 0 limit 3 $$, :'talking'), array['first', 'second', 'third'], 'and shows it by time');
select results_eq($$ select role, sender_name, media_url, tool_calls, metadata, input_tokens, output_tokens, model, agent_type from prosa.messages where external_id = 'H3' $$,
                  $$ values ('assistant', 'Bia', 'https://example.org/a.png', '[{"name": "x"}]'::jsonb, '{"a": 1}'::jsonb, 7, 5, 'm', 'SDR') $$, 'with everything it had');
select is((select metadata from prosa.messages where external_id = 'H1'), '{}'::jsonb, 'what it had not is empty');
select results_eq(format($$ select unread_count, unanswered_count, last_role, messages_since = (select min(m.created_at) from prosa.messages m where m.conversation_id = c.id), last_message_at, last_message_index, agent_type from prosa.conversations c where id = %L $$, :'talking'),
                  format($$ values (2, 2, 'user', true, %L::timestamptz, 6::bigint, 'SDR') $$, :'talked_at'), 'the conversation is as it was: what is imported is read and answered, and not the newest');
select results_eq($$ select i.kind, i.value, c.name from prosa.contacts c join prosa.contact_identities i on i.contact_id = c.id where i.value in ('5511900000002', '4444@lid') order by 1 $$,
                  $$ values ('lid', '4444@lid', 'Rui'), ('phone', '5511900000002', 'Lia') $$, 'contacts are made, by what they are known');
select results_eq($$ select v.unread_count, v.unanswered_count, v.last_role, v.last_message_index from prosa.conversations v join prosa.contact_identities i on i.contact_id = v.contact_id where i.value = '5511900000002' $$,
                  $$ values (0, 0, 'user', 1::bigint) $$, 'with a conversation in which nothing is unread');
select is_empty($$ select * from prosa.contact_identities where value in ('5511900000009', '12') $$, 'but not for rows that were refused');
select is((select count(*)::integer from prosa.contact_identities where value = '5511900000001'), 1, 'and not twice for another spelling');
select results_eq($$ select day, messages_in, messages_out, input_tokens, output_tokens from prosa.consumption_inbox_daily where day = ((now() - interval '8 days') at time zone 'UTC')::date $$,
                  $$ select ((now() - interval '8 days') at time zone 'UTC')::date, 0::bigint, 1::bigint, 7::bigint, 5::bigint $$, 'it counts as consumption of its day');
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.messages_default), 0, 'the months were made');
select prosa.refresh_consumption_summary() \g /dev/null
select is((select count(*)::integer from prosa.embedding_queue q join prosa.message_imports i on i.message_id = q.item_id where i.status = 'recorded'), 5, 'and it waits to be embedded');

-- the provider delivers the same message later
select is((pg_temp.with_tenant(:'sorriso', format($$ select is_duplicate from prosa.record_message(%L, 'user', 'first', 'H1') $$, :'talking')))::boolean, true, 'a delivery of what was imported is a duplicate');

-- again, with what was bad put right
select pg_temp.with_tenant(:'sorriso', $$ select prosa.create_inbox('back') $$) \g /dev/null
select pg_temp.as_admin();
select is(pg_temp.import(:'sorriso', 'old', 100, true), 10, 'retry takes what was refused or has failed once more');
select results_eq($$ select row_number from prosa.message_imports where status = 'recorded' and row_number > 9 $$, array[10]::bigint[], 'and what was put right is recorded');
select is((select reason from prosa.message_imports where row_number = 10), null, 'without a reason');

-- the same export under another name
insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, role, content, created_at, external_id)
select tenant_id, 'again', row_number, inbox_name, contact, role, content, created_at, external_id from prosa.message_imports where row_number <= 4;
select count(*) as conversations from prosa.conversations \gset
select is(pg_temp.import(:'sorriso', 'again'), 4, 'the same messages under another name');
select is((select duplicates from prosa.import_status where import_name = 'again'), 4::bigint, 'are all known');
select is((select count(*) from prosa.conversations), :conversations::bigint, 'and make no conversation');

-- a tenant's rows are a tenant's
insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, role, content, created_at) values (:'harbor', 'old', 1, 'front', '5511900000001', 'user', 'harbor', now());
select is(pg_temp.import(:'harbor', 'old'), 1, 'an import of the same name is another tenant''s own');
select pg_temp.reset_role();
select is((select tenant_id from prosa.messages where content = 'harbor'), :'harbor'::uuid, 'and stays with it');
select pg_temp.as_admin();
select prosa.set_tenant(:'harbor') \g /dev/null
select throws_ok(format($$ select prosa._import_batch(%L, 'old', 10, null) $$, :'sorriso'), '42501', null, 'a batch is of the current tenant');
select pg_temp.as_app(:'sorriso');
select throws_ok('select * from prosa.message_imports', '42501', null, 'applications do not read imports');
select throws_ok($$ select * from prosa.import_status $$, '42501', null, 'nor their status');
select throws_ok(format($$ call prosa.import_messages(%L, 'old') $$, :'sorriso'), '42501', null, 'nor run them');

-- what has been processed goes with retention
select pg_temp.reset_role();
update prosa.plans set retention_days = 5 where code = 'pro';
select prosa.cleanup_old_messages() \g /dev/null
select is_empty($$ select * from prosa.message_imports i join prosa.tenants t on t.id = i.tenant_id where t.plan = 'pro' and i.created_at < now() - interval '5 days' and i.processed_at is not null $$,
                'retention removes what was imported from here as well');
select * from finish();
rollback;
