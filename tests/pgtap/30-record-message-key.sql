-- record_message(api_key => …): the key counts for the message alone, and lets in whom authenticate() would.
begin;
\ir lib/personas.sql
select plan(38);

insert into prosa.plans (code, retention_days, monthly_messages) values ('zz_one', 900, 1);
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor, pg_temp.new_tenant('oficina', 'zz_one') as oficina \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as harbor_conversation,
       pg_temp.new_conversation(:'oficina') as oficina_conversation \gset
select inbox_id as inbox from prosa.conversations where id = :'conversation' \gset
select prosa.create_api_key(:'sorriso', 'website') as key, prosa.create_api_key(:'harbor', 'website') as harbor_key,
       prosa.create_api_key(:'oficina', 'website') as oficina_key,
       prosa.create_api_key(:'sorriso', 'hook', '{webhook}', inbox_id => :'inbox') as token,
       prosa.create_api_key(:'sorriso', 'both', '{api,webhook}', inbox_id => :'inbox') as both_key,
       prosa.create_api_key(:'sorriso', 'short', expires_at => now() - interval '1 second') as expired,
       prosa.create_api_key(:'sorriso', 'gone') as revoked \gset
select prosa.revoke_api_key(:'sorriso', id) from prosa.list_api_keys(:'sorriso') where name = 'gone' \g /dev/null
create function pg_temp.by_key(p_key text, p_conversation uuid, p_more text default '', p_role text default 'user') returns text language sql as
$$ select format('select message_index from prosa.record_message(%L, %L, ''olá'', api_key => %L', p_conversation, p_role, p_key) || p_more || ')' $$;
create function pg_temp.last_use(p_name text) returns timestamptz language sql as
$$ select u.last_used_at from prosa.api_keys k join prosa.api_key_uses u on u.tenant_id = k.tenant_id and u.key_id = k.id where k.name = p_name and k.tenant_id = current_setting('zz.sorriso')::uuid $$;
select set_config('zz.sorriso', :'sorriso', true) \g /dev/null

-- what it stores, and that it opens nothing
select is(pg_temp.last_use('website'), null, 'a key that was never used');
select pg_temp.as_app();
select results_eq(pg_temp.by_key(:'key', :'conversation'), 'values (1::bigint)', 'a message by key alone');
select is(prosa.current_tenant_id(), null, 'opens no tenant');
select is((select count(*)::integer from prosa.messages), 0, 'so nothing is seen');
select throws_ok(format('select prosa.record_message(%L, ''user'', ''olá'')', :'conversation'), '42501', 'no tenant is set', 'nor written without the key');
select results_eq(pg_temp.by_key(:'key', :'conversation'), 'values (2::bigint)', 'the next message, whose key is known as used');
select results_eq(pg_temp.by_key(:'both_key', :'conversation'), 'values (3::bigint)', 'by a key that is for webhooks too');
select pg_temp.reset_role();
select is(pg_temp.last_use('website'), now(), 'the use of the key is noted');
select results_eq('select distinct tenant_id, conversation_id, inbox_id, content from prosa.messages',
                  format('values (%L::uuid, %L::uuid, %L::uuid, ''olá'')', :'sorriso', :'conversation', :'inbox'), 'the messages are the tenant''s');
select is((select sum(messages_in)::integer from prosa.consumption_inbox_daily where tenant_id = :'sorriso'), 3, 'and counted');
select pg_temp.as_app(:'harbor');
select results_eq(pg_temp.by_key(:'key', :'conversation'), 'values (4::bigint)', 'while another tenant is open');
select is(prosa.current_tenant_id(), :'harbor'::uuid, 'which stays open');
select throws_ok(pg_temp.by_key(:'key', :'harbor_conversation'), 'P0002', 'the tenant has no such conversation', 'but is not written to with this key');
select pg_temp.as_app(:'harbor');
select results_eq(pg_temp.by_key(:'harbor_key', :'harbor_conversation'), 'values (1::bigint)', 'the open tenant''s own key will do');

-- redelivery, age, quota: as without a key
select pg_temp.as_app();
select message_id as first_id from prosa.record_message(:'conversation', 'user', 'olá', 'K-1', api_key => :'key') \gset
select results_eq(format('select message_id, message_index, is_duplicate from prosa.record_message(%L, ''user'', ''olá'', ''K-1'', api_key => %L)', :'conversation', :'key'),
                  format('values (%L::uuid, 5::bigint, true)', :'first_id'), 'a redelivery returns the first message');
select results_eq(format('select message_id, message_index, is_duplicate from prosa.record_message(%L, ''user'', ''olá'', ''K-1'', now() - interval ''3 months'', api_key => %L)', :'conversation', :'key'),
                  format('values (%L::uuid, 5::bigint, true)', :'first_id'), 'also one of long ago');
select results_eq(pg_temp.by_key(:'key', :'conversation', $$, created_at => now() - interval '13 months'$$), 'values (6::bigint)', 'an old message makes its month');
select throws_ok(pg_temp.by_key(:'key', :'conversation', $$, created_at => now() - interval '900 days'$$), '22023', null, 'one that is older than the plan keeps is refused');
select throws_ok(pg_temp.by_key(:'key', :'conversation', p_role => 'robot'), '22023', null, 'and so is a role that does not exist');
select throws_ok(pg_temp.by_key(:'key', :'conversation', $$, metadata => '[]'$$), '22023', null, 'and metadata that is no object');
select throws_ok(pg_temp.by_key(:'key', '00000000-0000-0000-0000-000000000001'), 'P0002', null, 'a conversation that does not exist');
select lives_ok(pg_temp.by_key(:'oficina_key', :'oficina_conversation', p_role => 'assistant'), 'an answer within the quota');
select pg_temp.reset_role();
select prosa.refresh_consumption_summary() \g /dev/null
select pg_temp.as_app();
select throws_ok(pg_temp.by_key(:'oficina_key', :'oficina_conversation', p_role => 'assistant'), '53400', null, 'is the last of the month');
select lives_ok(pg_temp.by_key(:'oficina_key', :'oficina_conversation'), 'the contact may go on');
select lives_ok(pg_temp.by_key(:'key', :'conversation', p_role => 'assistant'), 'and who has no quota answers');

-- keys that are not good: one message for every reason
create function pg_temp.refused(p_key text, p_conversation uuid, p_why text) returns setof text language sql as
$$ select throws_ok(pg_temp.by_key(p_key, p_conversation), '28000', 'the key is not valid', p_why) $$;
select pg_temp.refused(:'token', :'conversation', 'a webhook key');
select pg_temp.refused(:'expired', :'conversation', 'an expired key');
select pg_temp.refused(:'revoked', :'conversation', 'a revoked key');
select pg_temp.refused(left(:'key', -1) || translate(right(:'key', 1), '0123456789abcdef', '123456789abcdef0'), :'conversation', 'one wrong digit');
select pg_temp.refused('prosa_' || replace(:'harbor', '-', '') || right(:'key', 65), :'harbor_conversation', 'a key with another tenant''s name');
select pg_temp.refused('', :'conversation', 'an empty key');
select pg_temp.refused('prosa_x_y', '00000000-0000-0000-0000-000000000001', 'nonsense');

-- who is bound to a tenant stays with it
select pg_temp.reset_role();
create role zz_bound login;
create role zz_free login in role prosa_app;
select prosa.grant_tenant_role('zz_bound', :'sorriso') \g /dev/null
set session authorization zz_bound;
select lives_ok(pg_temp.by_key(:'key', :'conversation'), 'a bound login may use its tenant''s key');
select lives_ok(format('select prosa.record_message(%L, ''user'', ''olá'')', :'conversation'), 'which it does not need');
select pg_temp.refused(:'harbor_key', :'harbor_conversation', 'the key of a tenant to which it is not bound');
reset session authorization;
set session authorization zz_free;
select lives_ok(pg_temp.by_key(:'harbor_key', :'harbor_conversation'), 'others use any key, as before');
reset session authorization;

-- an order without gaps, whatever happened
select is((select array_agg(message_index order by message_index) from prosa.messages where conversation_id = :'conversation'),
          (select array_agg(i) from generate_series(1, (select last_message_index from prosa.conversations where id = :'conversation')) i), 'no index is missing');
select is((select last_message_index from prosa.conversations where id = :'conversation'), 9::bigint, 'nor was one used up by what was refused');

select * from finish();
rollback;
