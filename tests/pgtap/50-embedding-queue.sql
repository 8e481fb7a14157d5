-- The embedding queue: what goes in, how it is claimed, how it fails.
begin;
\ir lib/personas.sql
select plan(97);
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
select pg_temp.refused('test', '[1,NaN,2]', 'and what is no number');
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
select results_eq('select item_id, provider - ''{tenant_id,allowed_hosts,refused_ports,space_id}''::text[] from prosa.claim_embeddings()',
                  format($$ values (%L::uuid, '{"protocol": "openai", "base_url": "https://llm.example/v1", "model": "platform", "configured_model": "own-model", "dimensions": 3, "secret": "own_key", "secret_scope": "tenant", "timeout_ms": 1234}'::jsonb) $$, :'patient'),
                  'a tenant''s own endpoint is enough; it is asked for the model of the tenant''s space');

-- an embedding for what retention removed while it was made
delete from prosa.embedding_queue where item_id = :'patient';
select is(prosa.store_embeddings(:'sorriso', 'test', jsonb_build_array(jsonb_build_object('kind', 'message', 'item_id', :'patient'::text, 'embedding', '[1,1,1]'))), 0, 'does not come back');

-- ---------------------------------------------------------------- whose turn it is
select prosa.set_config_value('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "platform"}') \g /dev/null
delete from prosa.llm_providers where tenant_id = :'sorriso';
delete from prosa.embedding_queue;
delete from prosa.embedding_turns;
create function pg_temp.remember(p_tenant_id uuid, p_count integer, p_priority smallint default 0, p_prefix text default 'note ') returns setof void language plpgsql as $$
begin
    with made as (
        insert into prosa.memory_chunks (tenant_id, id, kind, natural_key, content, search_text)
        select p_tenant_id, prosa._uuid_v7(clock_timestamp()), 'note', gen_random_uuid()::text, p_prefix || i, '' from generate_series(1, p_count) i
        returning id, created_at)
    insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at, priority) select p_tenant_id, 'memory', m.id, m.created_at, p_priority from made m;
end
$$;
-- batch after batch, each stored at once: whose they were
create function pg_temp.work(p_claims integer, p_size integer default 64) returns setof text language plpgsql as $$
declare
    v_claim record;
begin
    for i in 1..p_claims loop
        select (select t.name from prosa.tenants t where t.id = min(c.tenant_id::text)::uuid) as name, count(*) as n, min(c.tenant_id::text)::uuid as tenant_id, bool_or(c.is_probe) as is_probe,
               jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'enqueued_at', c.enqueued_at, 'space_id', c.space_id, 'embedding', '[1,2,2]')) as items,
               min(q.priority) as priority
          into v_claim from prosa.claim_embeddings(p_size) c join prosa.embedding_queue q on q.item_id = c.item_id and c.space_id is not distinct from coalesce(q.space_id, prosa._active_space(c.tenant_id));
        exit when v_claim.n = 0;
        perform prosa.store_embeddings(v_claim.tenant_id, 'test', v_claim.items);
        return next v_claim.name || ' ' || v_claim.n || case when v_claim.priority > 0 then ' backfill' else '' end || case when v_claim.is_probe then ' probe' else '' end;
    end loop;
end
$$;
select pg_temp.remember(:'sorriso', 2000) \g /dev/null
select set_eq('select * from pg_temp.work(3)', array['Sorriso 64'], 'a tenant alone is served batch after batch');
select pg_temp.remember(:'harbor', 3), pg_temp.look_again() \g /dev/null
select results_eq('select * from pg_temp.work(3)', array['Sorriso 64', 'Harbor 3', 'Sorriso 64'], 'another one with three items waits for one batch of a tenant with thousands');
select pg_temp.remember(:'harbor', 130), pg_temp.look_again() \g /dev/null
select results_eq('select * from pg_temp.work(4)', array['Harbor 64', 'Sorriso 64', 'Harbor 64', 'Sorriso 64'], 'they take turns');
delete from prosa.embedding_queue;
select pg_temp.remember(:'harbor', 100, 1::smallint) \g /dev/null
select pg_temp.remember(:'harbor', 100) \g /dev/null
select results_eq('select * from pg_temp.work(9)', array['Harbor 64', 'Harbor 36', 'Harbor 64 backfill', 'Harbor 36 backfill'], 'backfill comes after new work');
select pg_temp.remember(:'harbor', 100) \g /dev/null
select pg_temp.remember(:'sorriso', 64, 1::smallint) \g /dev/null
select pg_temp.work(1) \g /dev/null
update prosa.embedding_turns set served_at = served_at - interval '11 seconds' where priority = 1;
select results_eq('select * from pg_temp.work(9)', array['Sorriso 64 backfill', 'Harbor 36'], 'but no longer than ten seconds, for new work may never end');

-- the endpoint's own limits
insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, is_default, config)
values (:'sorriso', 'small', 'openai', 'https://small.example/v1', 'm', true, '{"max_batch": 5, "max_batch_chars": 100}');
select pg_temp.remember(:'sorriso', 12) \g /dev/null
select results_eq('select * from pg_temp.work(9)', array['Sorriso 5', 'Sorriso 5', 'Sorriso 2'], 'a call takes as many texts as the endpoint does');
select pg_temp.remember(:'sorriso', 5, p_prefix => repeat('x', 38)) \g /dev/null
select results_eq('select * from pg_temp.work(9)', array['Sorriso 2', 'Sorriso 2', 'Sorriso 1'], 'and as many characters');
select pg_temp.remember(:'sorriso', 1, p_prefix => repeat('x', 500)) \g /dev/null
select results_eq('select * from pg_temp.work(9)', array['Sorriso 1'], 'a text that is longer goes alone');
select throws_ok(format('update prosa.llm_providers set config = %L where tenant_id = %L', '{"max_batch": 0}', :'sorriso'), '23514', null, 'a limit of nothing is refused');
delete from prosa.llm_providers where tenant_id = :'sorriso';

-- the same item for two spaces, each with vectors of its own
insert into prosa.embedding_spaces (tenant_id, id, model, dimensions, status) values (:'harbor', '00000000-0000-0000-0000-00000000000a', 'next', 3, 'retired');
select pg_temp.remember(:'harbor', 2) \g /dev/null
insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at, space_id) select tenant_id, kind, item_id, item_created_at, '00000000-0000-0000-0000-00000000000a' from prosa.embedding_queue where tenant_id = :'harbor';
select results_eq('select * from pg_temp.work(9)', array['Harbor 2', 'Harbor 2'], 'items of two spaces are two batches');
select is((select count(*)::integer from prosa.embedding_queue), 0, 'each leaves the queue');

-- ---------------------------------------------------------------- circuits
select pg_temp.remember(:'sorriso', 500) \g /dev/null
select pg_temp.remember(:'harbor', 10) \g /dev/null
insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, is_default) values (:'harbor', 'well', 'openai', 'https://user:pw@well.example:8443/v1/secret-path', 'm', true);
create temporary table before as select q.item_id, q.xmin as version from prosa.embedding_queue q where q.tenant_id = :'sorriso';
create function pg_temp.fail_claim(p_fault text, p_after interval default null, p_size integer default 64) returns text language sql as $$
    with c as materialized (select * from prosa.claim_embeddings(p_size))
    select format('%s %s %s', t.name, x.n, prosa.fail_embeddings(x.tenant_id, x.items, 'HTTP 500', p_fault, p_after, x.provider))
      from (select c.tenant_id, count(*) as n, jsonb_agg(jsonb_build_object('kind', c.kind, 'item_id', c.item_id, 'space_id', c.space_id)) as items, min(c.provider::text)::jsonb as provider from c group by 1) x
      join prosa.tenants t on t.id = x.tenant_id $$;
create function pg_temp.only(p_tenant_id uuid) returns setof void language sql as $$ update prosa.embedding_turns set held_until = case when tenant_id = p_tenant_id then '-infinity' else 'infinity' end::timestamptz $$;
select prosa._find_turns(true) \g /dev/null
select pg_temp.only(:'sorriso');
select is(pg_temp.fail_claim('endpoint'), 'Sorriso 64 64', 'a claim meets an endpoint that fails');
update prosa.embedding_turns set held_until = '-infinity' where tenant_id = :'harbor';
select results_eq('select endpoint, failures, round(extract(epoch from open_until - clock_timestamp())), reason from prosa.embedding_circuits',
                  $$ values ('openai 127.0.0.1:1 platform', 1, 30::numeric, 'HTTP 500') $$, 'it is left alone for 30 s');
select results_eq('select * from pg_temp.work(9)', array['Harbor 10'], 'who has another endpoint is served');
select pg_temp.look_again();
select is_empty('select * from prosa.claim_embeddings()', 'nobody else is');
select is((select max(attempts) from prosa.embedding_queue), 0, 'no attempt is counted');
select pg_temp.as_app(:'sorriso');
select results_eq('select depth, due, waiting, leased, dead, endpoint_state, round(extract(epoch from paused_until - clock_timestamp())) from prosa.embedding_queue_status',
                  $$ values (500::bigint, 500::bigint, 0::bigint, 0::bigint, 0::bigint, 'paused', 30::numeric) $$, 'the tenant sees how its queue stands, and why');
select pg_temp.reset_role();
update prosa.embedding_circuits set open_until = clock_timestamp();
select pg_temp.look_again();
create temporary table probe as select * from prosa.claim_embeddings();
select results_eq('select count(*)::integer, bool_and(is_probe) from probe', 'values (1, true)', 'after the pause one item finds out whether the endpoint is back');
select pg_temp.look_again();
select is_empty('select * from prosa.claim_embeddings()', 'and nobody else meanwhile');
select is((select endpoint_state from prosa.embedding_queue_status where tenant_id = :'sorriso'), 'probing', 'which the status says');
select prosa.fail_embeddings(tenant_id, jsonb_build_array(jsonb_build_object('kind', kind, 'item_id', item_id)), 'again', 'endpoint', null, provider) from probe \g /dev/null
select is((select round(extract(epoch from open_until - clock_timestamp())) from prosa.embedding_circuits), 60::numeric, 'if it is not, the pause is twice as long');
update prosa.embedding_circuits set open_until = clock_timestamp(), pause = '14 minutes';
select pg_temp.look_again();
select is(pg_temp.fail_claim('endpoint'), 'Sorriso 1 1', 'every pause costs one item a claim');
select is((select round(extract(epoch from open_until - clock_timestamp())) from prosa.embedding_circuits), 900::numeric, 'and never lasts longer than 15 minutes');
select cmp_ok((select count(*)::integer from before b where not exists (select from prosa.embedding_queue q where q.item_id = b.item_id and q.xmin = b.version)), '<=', 66, 'a dead endpoint leaves the rows of a long queue as they were');
select is(prosa.resume_embeddings(), 1, 'resume_embeddings() ends the pauses');
select results_eq('select * from pg_temp.work(1)', array['Sorriso 64'], 'and work goes on');
select is(pg_temp.fail_claim('endpoint', '10 minutes'), 'Sorriso 64 64', 'an endpoint may say how long it wants to be left alone');
select is((select round(extract(epoch from open_until - clock_timestamp())) from prosa.embedding_circuits), 600::numeric, 'as long it is');
update prosa.embedding_circuits set open_until = clock_timestamp();
select pg_temp.look_again();
create temporary table back as select * from prosa.claim_embeddings();
select prosa.store_embeddings(tenant_id, 'test', jsonb_build_array(jsonb_build_object('kind', kind, 'item_id', item_id, 'embedding', '[1,2,2]'))), prosa._close_circuit(tenant_id, provider, space_id) from back \g /dev/null
select is_empty('select * from prosa.embedding_circuits', 'an endpoint that is back is called by everybody');
select is(pg_temp.fail_claim('space'), 'Sorriso 64 64', 'where the database refuses the vectors');
select pg_temp.look_again();
select is_empty(format('select * from prosa.claim_embeddings() where tenant_id = %L', :'sorriso'), 'that tenant''s space alone is left alone');
select is((select endpoint from prosa.embedding_circuits), 'space of tenant ' || :'sorriso', 'which is told');
select prosa.resume_embeddings() \g /dev/null
select pg_temp.remember(:'harbor', 2) \g /dev/null
select pg_temp.only(:'harbor');
select is(pg_temp.fail_claim('endpoint'), 'Harbor 2 2', 'an address with a password and a path');
select is((select endpoint from prosa.embedding_circuits), 'openai platform', 'neither shows in the circuit');
select prosa.resume_embeddings() \g /dev/null
select throws_ok($$ select prosa.fail_embeddings(gen_random_uuid(), '[]', 'x', 'weather') $$, '22023', null, 'nobody else is at fault');
select throws_ok($$ select prosa.fail_embeddings(gen_random_uuid(), '[]', 'x', 'endpoint') $$, '22023', null, 'an endpoint at fault must be named');

-- ---------------------------------------------------------------- dead letters
delete from prosa.embedding_queue;
select pg_temp.remember(:'sorriso', 3) \g /dev/null
select pg_temp.remember(:'harbor', 1) \g /dev/null
update prosa.embedding_queue set attempts = 5;
select is_empty('select * from prosa.claim_embeddings()', 'what was claimed five times and never came back is not claimed again');
select is((select count(*)::integer from prosa.embedding_queue where failed_at is not null and last_error like 'claimed again and again%'), 4, 'it is a dead letter');
select pg_temp.as_app(:'sorriso');
select results_eq('select dead, depth from prosa.embedding_queue_status', 'values (3::bigint, 0::bigint)', 'which the tenant''s status counts');
select throws_ok('select prosa.retry_dead_letters()', '42501', null, 'an application does not retry them');
select pg_temp.as_monitor();
select is((select sum(dead)::integer from prosa.embedding_queue_status), 4, 'a monitor sees those of all');
select pg_temp.as_admin();
select is(prosa.retry_dead_letters(:'sorriso', 'no such reason'), 0::bigint, 'retry_dead_letters() takes those with a reason');
select is(prosa.retry_dead_letters(:'sorriso'), 3::bigint, 'of one tenant');
select is(prosa.retry_dead_letters(), 1::bigint, 'or all');
select pg_temp.reset_role();
select set_eq('select * from pg_temp.work(9)', array['Sorriso 3', 'Harbor 1'], 'and they are embedded');
select cmp_ok((select embedded_5_minutes from prosa.embedding_queue_status where tenant_id = :'sorriso')::integer, '>=', 600, 'the status knows how much was embedded of late');
select is((select failed_5_minutes from prosa.embedding_queue_status where tenant_id = :'harbor'), 5::bigint, 'and how much failed');

-- what is committed late, or made due by hand, lies before the cursor and is found all the same
select pg_temp.remember(:'sorriso', 100) \g /dev/null
select pg_temp.work(1) \g /dev/null
update prosa.embedding_queue set available_at = '2020-01-01' where item_id in (select item_id from prosa.embedding_queue where tenant_id = :'sorriso' order by available_at desc limit 7);
update prosa.embedding_turns set rescan_at = clock_timestamp() + interval '1 hour';
select results_eq('select * from pg_temp.work(9)', array['Sorriso 29'], 'a claim begins at the cursor');
select pg_temp.look_again();
select results_eq('select * from pg_temp.work(9)', array['Sorriso 7'], 'and now and then at the beginning');

select * from finish();
rollback;
