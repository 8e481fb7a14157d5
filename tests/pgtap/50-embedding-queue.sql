-- The embedding queue: what goes in, how it is claimed, how it fails.
begin;
\ir lib/personas.sql
select plan(48);
-- items that a test makes due again lie before the cursor
create function pg_temp.look_again() returns setof void language sql as
$$ update prosa.embedding_turns set rescan_at = '-infinity', held_until = '-infinity'; update prosa.embedding_scan set next_at = '-infinity' $$;

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as harbor_conversation \gset
select prosa.set_config_value('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "platform"}') \g /dev/null
create function pg_temp.queued(p_tenant_id uuid) returns setof text language sql as
$$ select prosa._settle_messages();
   select m.content from prosa.embedding_queue q join prosa.messages m on m.id = q.item_id where q.tenant_id = p_tenant_id
       and prosa._embedding_input(q.tenant_id, q.kind, q.item_id, q.item_created_at) is not null $$;

-- what goes in
select pg_temp.say(:'sorriso', :'conversation', c, now(), r) from (values
    ('a question', 'user'), ('an answer', 'assistant'), ('a person', 'operator'), ('instructions', 'system'), ('output', 'tool'),
    ('', 'user'), ('   ', 'user'), ('👍 !?', 'user'), ('ção', 'user'), ('7', 'user')) x (c, r) \g /dev/null
select set_eq(format('select * from pg_temp.queued(%L)', :'sorriso'), array['a question', 'an answer', 'a person', 'ção', '7'],
              'what people and assistants say in words is queued; what a program says is not, and what has no words is nothing to embed');
select is_empty($$ select q.tenant_id from prosa.embedding_queue q left join prosa.messages m on m.tenant_id = q.tenant_id and m.created_at = q.item_created_at and m.id = q.item_id where m.id is null $$,
                'with the key of its message');
delete from prosa.embedding_queue where tenant_id = :'sorriso';

-- claiming
select pg_temp.say(:'sorriso', :'conversation', 's' || i, now() + i * interval '1 second') from generate_series(1, 10) i \g /dev/null
select pg_temp.say(:'harbor', :'harbor_conversation', 'h' || i, now() + i * interval '1 second') from generate_series(1, 10) i \g /dev/null
select pg_temp.as_worker();
create temporary table claimed as select * from prosa.claim_embeddings(4);
select is((select count(*)::integer from claimed), 4, 'a claim takes as many as asked');
select is((select count(distinct tenant_id)::integer from claimed), 1, 'of one tenant');
select is((select count(distinct provider)::integer from claimed), 1, 'for one endpoint');
select is((select provider - '{timeout_ms,tenant_id,allowed_hosts,refused_ports}'::text[] from claimed limit 1), '{"protocol": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "platform", "secret": null, "secret_scope": "platform", "dimensions": null}', 'the platform''s');
insert into claimed select * from prosa.claim_embeddings(7);
insert into claimed select * from prosa.claim_embeddings(7);
insert into claimed select * from prosa.claim_embeddings(7);
insert into claimed select * from prosa.claim_embeddings(7);
select is((select count(*)::integer from claimed), 20, 'the next claims take the rest');
select is((select count(distinct item_id)::integer from claimed), 20, 'nothing twice');
select is((select count(distinct tenant_id)::integer from claimed), 2, 'of both tenants');
select is_empty('select * from prosa.claim_embeddings()', 'then nothing is due');
select pg_temp.reset_role();
select matches((select content from claimed where tenant_id = :'sorriso' limit 1), '^\([0-9]{1,2} [A-Z][a-z]+ [0-9]{4}\) Ana: s[0-9]+$', 'the content has date and speaker with the text');
update prosa.messages set sender_name = 'Eva' where tenant_id = :'sorriso' and content = 's1';
select is((select right(prosa._embedding_input(tenant_id, 'message', id, created_at), 7) from prosa.messages where tenant_id = :'sorriso' and content = 's1'), 'Eva: s1', 'the sender as WhatsApp calls them, if it does');

-- the lease
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso' and attempts = 1 and available_at > clock_timestamp() + interval '1 minute'), 10, 'claimed items wait for their lease to end');
update prosa.embedding_queue set available_at = clock_timestamp() - interval '1 second' where tenant_id = :'sorriso';
select pg_temp.look_again();
select pg_temp.as_worker();
select is((select count(*)::integer from prosa.claim_embeddings()), 10, 'and come back when it has');
select is_empty($$ select * from prosa.claim_embeddings(lease => interval '10 minutes') $$, 'for another lease');
select throws_ok($$ select * from prosa.claim_embeddings(0) $$, '22023', null, 'a batch of 0 is refused');
select throws_ok($$ select * from prosa.claim_embeddings(lease => interval '0') $$, '22023', null, 'and a lease of nothing');

-- storing
create function pg_temp.items(p_tenant_id uuid, p_embedding text, p_limit integer default 100) returns jsonb language sql as
$$ select jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'item_created_at', c.item_created_at, 'embedding', p_embedding))
     from (select * from claimed c where c.tenant_id = p_tenant_id order by c.item_created_at limit p_limit) c $$;
select is(prosa.store_embeddings(:'sorriso', 'test', pg_temp.items(:'sorriso', '[1,2,2]', 4)), 4, 'what was embedded is stored');
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso'), 6, 'and leaves the queue');
select results_eq(format('select model, dimensions, distance, status from prosa.embedding_spaces where tenant_id = %L', :'sorriso'), $$ values ('test', 3, 'cosine', 'active') $$, 'the first embedding makes the tenant''s space');
select is_empty(format('select * from prosa.embedding_spaces where tenant_id = %L', :'harbor'), 'and nobody else''s');
select is((select count(*)::integer from prosa.embeddings e join prosa.messages m on m.tenant_id = e.tenant_id and m.created_at = e.item_created_at and m.id = e.item_id where e.tenant_id = :'sorriso'), 4, 'each with the key of its message');
select pg_temp.as_worker();
select is(prosa.store_embeddings(:'sorriso', 'test', pg_temp.items(:'sorriso', '[1,2,2]', 4)), 0, 'a second time stores nothing: they are not in the queue');
select is(prosa.store_embeddings(:'sorriso', 'test', '[]'), 0, 'nor does nothing');
create function pg_temp.refused(p_model text, p_embedding text, p_why text, p_code text default '22023') returns setof text language sql as
$$ select throws_ok(format('select prosa.store_embeddings(%L, %L, %L)', (select tenant_id from claimed where content like '%s1'), p_model, pg_temp.items((select tenant_id from claimed where content like '%s1'), p_embedding)), p_code, null, p_why) $$;
select pg_temp.refused('test', '[1,2]', 'other dimensions are refused');
select pg_temp.refused('other', '[1,2,2]', 'another model is refused');
select pg_temp.refused('test', '[0,0,0]', 'a zero vector is refused');
select pg_temp.refused('test', null, 'so is none');
select pg_temp.refused('test', '[1,NaN,2]', 'and what is no number', '22000');
select throws_ok(format($$ select prosa.store_embeddings(%L, 'test', jsonb_set(%L, '{0,embedding}', '"[1,2,3,4]"')) $$, :'sorriso', pg_temp.items(:'sorriso', '[1,2,2]')), '22023', null, 'one of other dimensions among good ones is refused');
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embeddings where tenant_id = :'sorriso'), 4, 'a refused batch stores nothing');
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso'), 6, 'and takes nothing from the queue');
select pg_temp.as_worker();
select is(prosa.store_embeddings(:'harbor', 'test', pg_temp.items(:'sorriso', '[1,2,2]')), 0, 'one tenant''s items are not another''s');

-- failing
select pg_temp.reset_role();
delete from prosa.embedding_queue where tenant_id in (:'sorriso', :'harbor');
select pg_temp.say(:'harbor', :'harbor_conversation', 'poison') as poison \gset
create function pg_temp.fail(p_at_fault text default 'item', p_after interval default null) returns text language plpgsql as $$
declare
    v_item record;
    v_queue record;
begin
    update prosa.embedding_queue set available_at = clock_timestamp() where failed_at is null;
    perform pg_temp.look_again();
    select * into v_item from prosa.claim_embeddings(1);
    if not found then
        return 'nothing due';
    end if;
    perform prosa.fail_embeddings(v_item.tenant_id, jsonb_build_array(jsonb_build_object('kind', v_item.kind, 'item_id', v_item.item_id)), 'HTTP 500: ' || repeat('x', 1000), p_at_fault, p_after);
    select * into v_queue from prosa.embedding_queue q where q.item_id = v_item.item_id;
    return format('%s attempts, again in %s s%s', v_queue.attempts, round(extract(epoch from v_queue.available_at - clock_timestamp())), case when v_queue.failed_at is not null then ', given up' end);
end
$$;
select is(pg_temp.fail(), '1 attempts, again in 5 s', 'a failed attempt waits 5 s');
select is(pg_temp.fail('nobody', interval '30 s'), '1 attempts, again in 30 s', 'what was nobody''s fault is no attempt, and waits as told');
select is(pg_temp.fail(), '2 attempts, again in 10 s', 'the next one 10 s');
select is(pg_temp.fail(), '3 attempts, again in 20 s', 'then 20 s');
select is(pg_temp.fail(), '4 attempts, again in 40 s', 'then 40 s');
select is(pg_temp.fail('nobody'), '4 attempts, again in 0 s', 'not counted at the last attempt does not end it');
select is(pg_temp.fail(), '5 attempts, again in 80 s, given up', 'the fifth is the last');
select is(pg_temp.fail(), 'nothing due', 'what was given up is not claimed again');
select is((select left(last_error, 12) || length(last_error) from prosa.embedding_queue where item_id = :'poison'), 'HTTP 500: xx500', 'its reason is kept, cut to 500 characters');

-- what is gone, and who has no endpoint
select pg_temp.say(:'sorriso', :'conversation', 'going') as going \gset
delete from prosa.messages where id = :'going';
select is_empty('select * from prosa.claim_embeddings()', 'an item whose message is gone is not given out');
select is((select count(*)::integer from prosa.embedding_queue where item_id = :'going'), 0, 'and leaves the queue');
select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.say(:'sorriso', :'conversation', 'patient') as patient \gset
select is_empty('select * from prosa.claim_embeddings()', 'without an endpoint nothing is claimed');
select is((select attempts from prosa.embedding_queue where item_id = :'patient'), 0, 'and no attempt is used up');
insert into prosa.secrets (tenant_id, name, ciphertext) values (:'sorriso', 'own_key', 'v1:00000000:');
insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, dimensions, secret_name, is_default, config)
values (:'sorriso', 'own', 'openai', 'https://llm.example/v1', 'own-model', 3, 'own_key', true, '{"timeout_ms": 1234}');
select pg_temp.look_again();
select results_eq('select item_id, provider - ''{tenant_id,allowed_hosts,refused_ports}''::text[] from prosa.claim_embeddings()',
                  format($$ values (%L::uuid, '{"protocol": "openai", "base_url": "https://llm.example/v1", "model": "own-model", "dimensions": 3, "secret": "own_key", "secret_scope": "tenant", "timeout_ms": 1234}'::jsonb) $$, :'patient'),
                  'a tenant''s own endpoint is enough');

-- an embedding for what retention removed while it was made
delete from prosa.embedding_queue where item_id = :'patient';
select is(prosa.store_embeddings(:'sorriso', 'test', jsonb_build_array(jsonb_build_object('kind', 'message', 'item_id', :'patient'::text, 'embedding', '[1,1,1]'))), 0, 'does not come back');

select * from finish();
rollback;
