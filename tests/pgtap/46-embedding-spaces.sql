-- Embedding spaces: a new one is filled while the old one is searched, and replaces it when it has everything.
begin;
\ir lib/personas.sql
select plan(106);

select prosa.set_config_value('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "one"}') \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation \gset

-- a vector that tells its model: [1, 0, …], [0, 1, …], [0, 0, 1, …]
create function pg_temp.vector_of(p_model text) returns text language sql as
$$ select case p_model when 'one' then '[1,0,0]' when 'two' then '[0,1,0,0]' when 'three' then '[0,0,1]' else '[1,1,1,1,1]' end $$;
-- the queue is read from its beginning
create function pg_temp.look_again() returns setof void language sql as
$$ update prosa.embedding_turns set rescan_at = '-infinity', held_until = '-infinity'; update prosa.embedding_scan set next_at = '-infinity' $$;
create function pg_temp.claim(p_size integer default 64) returns table (tenant_id uuid, kind text, item_id uuid, item_created_at timestamptz, content text, provider jsonb,
    enqueued_at timestamptz, space_id uuid) language sql as
$$ select pg_temp.look_again();
   select c.tenant_id, c.kind, c.item_id, c.item_created_at, c.content, c.provider, c.enqueued_at, c.space_id from prosa.claim_embeddings(p_size) c $$;
-- claims and embeds, as a worker does, until nothing is due; p_only: items of one space
create function pg_temp.work(p_claims integer default 100, p_size integer default 64) returns integer language plpgsql as $$
declare
    v_claim record;
    v_stored integer := 0;
begin
    for i in 1..p_claims loop
        perform prosa._fill_spaces('0');
        select c.tenant_id, c.provider ->> 'model' as model, jsonb_agg(to_jsonb(c) || jsonb_build_object('embedding', pg_temp.vector_of(c.provider ->> 'model'))) as items
          into v_claim from pg_temp.claim(p_size) c group by 1, 2;
        exit when not found;
        v_stored := v_stored + prosa.store_embeddings(v_claim.tenant_id, v_claim.model, v_claim.items);
    end loop;
    perform prosa._fill_spaces('0');
    return v_stored;
end
$$;
create function pg_temp.spaces(p_tenant_id uuid) returns text language sql as
$$ select string_agg(concat_ws(' ', s.model, s.dimensions, s.distance, s.status), ', ' order by s.created_at, s.model) from prosa.embedding_spaces s where s.tenant_id = p_tenant_id $$;
-- items that a space has, by number
create function pg_temp.has(p_tenant_id uuid, p_space_id uuid) returns integer language sql as
$$ select count(*)::integer from prosa.embeddings e where e.tenant_id = p_tenant_id and e.space_id = p_space_id $$;
create function pg_temp.status(p_tenant_id uuid, p_column text) returns text language plpgsql as $$
begin
    return pg_temp.with_tenant(p_tenant_id, format('select %I from prosa.reembed_status(%L)', p_column, p_tenant_id));
end
$$;

-- ---- making one
select pg_temp.as_app(:'sorriso');
select is_empty(format('select * from prosa.reembed_status(%L)', :'sorriso'), 'before anything there is no progress to tell');
select prosa.create_embedding_space(:'sorriso', 'one', 3) as one \gset
select pg_temp.reset_role();
select is(pg_temp.spaces(:'sorriso'), 'one 3 cosine active', 'a tenant''s first space is active');
select pg_temp.as_app(:'sorriso');
create function pg_temp.refused(p_call text, p_code text, p_why text) returns setof text language sql as
$$ select throws_ok(format('select prosa.%s', p_call), p_code, null, p_why) $$;
select pg_temp.refused(format('create_embedding_space(%L, %L, 3)', :'sorriso', ' '), '22023', 'a space needs a model');
select pg_temp.refused(format('create_embedding_space(%L, ''x'', 0)', :'sorriso'), '22023', 'and a dimension');
select pg_temp.refused(format('create_embedding_space(%L, ''x'', 4001)', :'sorriso'), '22023', '4000 at most');
select pg_temp.refused(format('create_embedding_space(%L, ''x'', null)', :'sorriso'), '22023', 'that is said');
select pg_temp.refused(format('create_embedding_space(%L, ''x'', 3, ''hamming'')', :'sorriso'), '22023', 'the distance must be known');
select pg_temp.refused(format('create_embedding_space(%L, ''x'', 3, ''cosine'', ''nobody'')', :'sorriso'), 'P0002', 'and the endpoint');
select pg_temp.refused(format('create_embedding_space(%L, ''x'', 3)', :'harbor'), '42501', 'another tenant''s spaces are not to be made');
select pg_temp.refused(format('reembed(%L, ''x'')', :'harbor'), '42501', 'nor changed');
select pg_temp.refused(format('reembed_status(%L)', :'harbor'), '42501', 'nor looked at');
select pg_temp.refused(format('cancel_reembed(%L)', :'harbor'), '42501', 'nor given up');
select pg_temp.refused(format('drop_embedding_space(%L, %L)', :'harbor', :'one'), '42501', 'nor dropped');
select pg_temp.refused(format('activate_embedding_space(%L, %L)', :'harbor', :'one'), '42501', 'nor activated');
select pg_temp.refused(format('drop_embedding_space(%L, %L)', :'sorriso', :'one'), '55000', 'the active one is not dropped');
select pg_temp.refused(format('drop_embedding_space(%L, %L)', :'sorriso', gen_random_uuid()), 'P0002', 'nor one that is not there');
select pg_temp.refused(format('activate_embedding_space(%L, %L)', :'sorriso', gen_random_uuid()), 'P0002', 'nor activated');
select lives_ok(format('select prosa.create_embedding_space(%L, %L, %s, %L)', :'sorriso', 'd' || d, 4000, d), d || ' is a distance, and 4000 dimensions are possible') from unnest(array['inner_product', 'l2']) d;
select is((select array_agg(s.status order by s.model) from prosa.embedding_spaces s where s.model like 'd%'), array['retired', 'retired'], 'a further space waits to be activated');
select is((select sum(prosa.drop_embedding_space(s.tenant_id, s.id))::integer from prosa.embedding_spaces s where s.model like 'd%'), 0, 'and goes without vectors');
select pg_temp.as_worker();
select pg_temp.refused(format('reembed(%L, ''x'')', :'sorriso'), '42501', 'a worker changes no models');
select pg_temp.reset_role();

-- ---- what is stored
select count(pg_temp.say(:'sorriso', :'conversation', 'm' || i, now() - i * interval '1 hour')) from generate_series(1, 30) i \g /dev/null
select pg_temp.say(:'sorriso', :'conversation', '?!') \g /dev/null
select pg_temp.with_tenant(:'sorriso', 'select prosa.upsert_memory(null, ''note'', ''a memory'')') as memory \gset
select is(pg_temp.work(), 31, 'what is in the queue is embedded for the active space');
select is((select count(*)::integer from prosa.embeddings where space_id = :'one' and contact_id is not null), 30, 'with whom it is about');
select pg_temp.say(:'sorriso', :'conversation', 'unstorable') as unstorable \gset
create temporary table claimed as select * from pg_temp.claim();
create function pg_temp.unstorable(p_vector text, p_why text, p_model text default 'one') returns setof text language sql as
$$ select throws_ok(format('select prosa.store_embeddings(%L, %L, %L)', c.tenant_id, p_model, jsonb_build_array(to_jsonb(c) || jsonb_build_object('embedding', p_vector))), '22023', null, p_why) from claimed c $$;
select pg_temp.unstorable('[1,2]', 'a vector of other dimensions is refused');
select pg_temp.unstorable('[0,0,0]', 'so is a zero one');
select pg_temp.unstorable('[1,NaN,1]', 'one that is not a number');
select pg_temp.unstorable('[1,Infinity,1]', 'an infinite one');
select pg_temp.unstorable('[1,1e39,1]', 'one too large to be kept');
select pg_temp.unstorable('[1e-40,0,0]', 'one too short to have a direction');
select pg_temp.unstorable('[3e38,3e38,3e38]', 'or too long');
select pg_temp.unstorable('1,2,3', 'what is no vector');
select pg_temp.unstorable(null, 'nothing');
select pg_temp.unstorable('[' || repeat('1,', 16000) || '1]', 'more than there can be');
select pg_temp.unstorable('[1,2,3]', 'and what is of another model', 'two');
select is((select count(*)::integer from prosa.embeddings e join claimed c using (item_id)), 0, 'none of it is stored');
select is((select count(*)::integer from prosa.embedding_queue q join claimed c using (item_id)), 1, 'and nothing is lost');
update prosa.embedding_queue set available_at = now() - interval '1 second';
select is(pg_temp.work(), 1, 'the item is embedded later');

-- ---- changing the model
select pg_temp.as_app(:'sorriso');
select prosa.reembed(:'sorriso', 'two') as two \gset
select pg_temp.refused(format('reembed(%L, ''three'')', :'sorriso'), '55000', 'one change at a time');
select pg_temp.refused(format('drop_embedding_space(%L, %L)', :'sorriso', :'two'), '55000', 'what is being filled is not dropped');
select pg_temp.reset_role();
select is(pg_temp.spaces(:'sorriso'), 'one 3 cosine active, two cosine filling', 'the old space is active, the new one is being filled');
select is(pg_temp.status(:'sorriso', 'items_total') || ' ' || pg_temp.status(:'sorriso', 'items_done'), '32 0', 'the progress says how much is to do');
select prosa._fill_spaces('0') \g /dev/null
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso' and space_id = :'two' and priority = 1), 32, 'its items are queued, for it, after what is new');
-- half of it
create temporary table early as select * from pg_temp.claim(16);
select is((select array_agg(distinct e.provider ->> 'model') || array_agg(distinct e.space_id::text) from early e), array['two', :'two'], 'and claimed for it, with its model');
select is(prosa.store_embeddings(:'sorriso', 'two', (select jsonb_agg(to_jsonb(e) || '{"embedding": "[0,1,0,0]"}') from early e)), 16, 'half of them are embedded');
select is((select dimensions from prosa.embedding_spaces where id = :'two'), 4, 'the first one says how many dimensions there are');
select is(pg_temp.status(:'sorriso', 'items_done') || '/' || pg_temp.status(:'sorriso', 'items_total') || ' ' || pg_temp.status(:'sorriso', 'items_waiting'), '16/32 16', 'the progress follows');
select ok(pg_temp.status(:'sorriso', 'items_per_second')::float8 > 0 and pg_temp.status(:'sorriso', 'estimated_end')::timestamptz > now(), 'and tells the rate and the end');
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[1,0,0]', 100, 0.9)), 31, 'the old space is searched meanwhile');
select throws_ok(format('select * from prosa.semantic_search(%L::uuid, ''[0,1,0,0]'', 100, 0.9)', :'sorriso'), '22023', null, 'and the new one is not');
select pg_temp.reset_role();
-- what happens meanwhile: one of the early ones is edited, one deleted, a memory changes, one is new
select item_id as edited, item_created_at as edited_at from early where kind = 'message' order by item_created_at limit 1 \gset
select item_id as deleted, item_created_at as deleted_at from early where kind = 'message' order by item_created_at offset 1 limit 1 \gset
select pg_temp.with_tenant(:'sorriso', format('select prosa.edit_message(%L, %L, ''edited'')', :'edited', :'edited_at')),
       pg_temp.with_tenant(:'sorriso', format('select prosa.delete_message(%L, %L)', :'deleted', :'deleted_at')),
       pg_temp.say(:'sorriso', :'conversation', 'new') as new \gset
create temporary table late as select * from pg_temp.claim();
select is((select array_agg(distinct l.provider ->> 'model') from late l), array['one'], 'what is new is claimed first, for the space that is searched');
select is((select count(*)::integer from prosa.store_embeddings(:'sorriso', 'one', (select jsonb_agg(to_jsonb(l) || '{"embedding": "[1,0,0]"}') from late l)) s), 1, 'and embedded');
select set_eq(format('select item_id, priority::integer from prosa.embedding_queue where tenant_id = %L and space_id = %L and item_id in (%L, %L)', :'sorriso', :'two', :'edited', :'new'),
                  format('values (%L::uuid, 1), (%L, 1)', :'edited', :'new'), 'so that the new space wants it too');
select is((select count(*)::integer from prosa.embeddings where item_id = :'edited' and space_id = :'two'), 0, 'which has not what the message said before');
-- an item under way to the old space while the switch happens
select pg_temp.say(:'sorriso', :'conversation', 'under way') as underway \gset
create temporary table underway as select * from pg_temp.claim();
select is((select array_agg(u.provider ->> 'model') from underway u), array['one'], 'an item is claimed for the old space');
select cmp_ok(pg_temp.work(), '>', 15, 'the rest is embedded');
select is(pg_temp.spaces(:'sorriso'), 'one 3 cosine retired, two 4 cosine active', 'the new space has replaced the old one by itself');
select is(pg_temp.status(:'sorriso', 'status') || ' ' || pg_temp.status(:'sorriso', 'detail'), 'active done', 'as the progress says');
select is_empty(format($$ select m.id from prosa.messages m where m.tenant_id = %L and m.content ~ '[a-z]' and m.content <> 'under way'
    and not exists (select from prosa.embeddings e where e.space_id = %L and e.item_id = m.id) $$, :'sorriso', :'two'), 'it has every message');
select is((select count(*)::integer from prosa.embeddings where space_id = :'two' and kind = 'memory'), 1, 'and the memory');
select is((select count(*)::integer from prosa.embeddings where item_id = :'deleted'), 0, 'not what was deleted');
select is(prosa.store_embeddings(:'sorriso', 'one', (select jsonb_agg(to_jsonb(u) || '{"embedding": "[1,0,0]"}') from underway u)), 0, 'what was under way to the old one is not stored');
select is(prosa.store_embeddings(:'sorriso', 'one', (select jsonb_agg(to_jsonb(u) - 'space_id' || '{"embedding": "[1,0,0]"}') from underway u)), 0, 'nor by a worker that does not say for which space it was');
select is((select count(*)::integer from prosa.embeddings where item_id = :'underway' and space_id in (:'one', :'two') and embedding::text = '[1,0,0]'), 0, 'in neither space');
select is((select available_at <= clock_timestamp() and attempts = 0 from prosa.embedding_queue where item_id = :'underway' and space_id is null), true, 'but due again at once');
select pg_temp.work() \g /dev/null
select is((select array_agg(embedding::text) from prosa.embeddings where item_id = :'underway'), array['[0,1,0,0]'], 'and embedded by the new model');
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso'), 0, 'nothing waits any more');
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[0,1,0,0]', 100, 0.9)), 32, 'the new space is searched');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[1,0,0]', 100, 0.9)), pg_temp.has(:'sorriso', :'one') - 1, 'a query that was embedded just before finds what it would have found then');
select pg_temp.reset_role();
update prosa.embedding_spaces set retired_at = now() - interval '6 minutes' where id = :'one';
select pg_temp.as_app(:'sorriso');
select throws_ok(format('select * from prosa.semantic_search(%L::uuid, ''[1,0,0]'', 100, 0.9)', :'sorriso'), '22023', null, 'later it is refused');
select pg_temp.reset_role();
select isnt_empty(format($$ select from prosa.audit_log where tenant_id = %L and object = 'embedding_spaces' and action = 'activate' and after ->> 'model' = 'two' and before ->> 'model' = 'one' $$, :'sorriso'), 'the switch is in the audit log');

-- ---- going back
select pg_temp.say(:'sorriso', :'conversation', 'since then') as since \gset
select pg_temp.work() \g /dev/null
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.activate_embedding_space(%L, %L)', :'sorriso', :'one')), 'false', 'the old space comes back when it has what came since');
select pg_temp.work() \g /dev/null
select is(pg_temp.spaces(:'sorriso'), 'one 3 cosine active, two 4 cosine retired', 'and then it is back');
select is((select count(*)::integer from prosa.embeddings where space_id = :'one' and item_id in (:'since', :'underway', :'edited')), 3, 'with what it lacked');
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.activate_embedding_space(%L, %L, true)', :'sorriso', :'two')), 'true', 'by force it is at once');
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.activate_embedding_space(%L, %L)', :'sorriso', :'two')), 'true', 'what is active stays so');

-- ---- what was given up holds up the switch
select pg_temp.with_tenant(:'sorriso', format('select prosa.reembed(%L, ''three'', 3, ''l2'')', :'sorriso')) as three \gset
select prosa._fill_spaces('0') \g /dev/null
update prosa.embedding_queue set failed_at = now(), last_error = 'too long' where item_id = :'since' and space_id = :'three';
select pg_temp.work() \g /dev/null
select is((select status from prosa.embedding_spaces where id = :'three'), 'filling', 'an item that was given up holds up the switch');
select alike(pg_temp.status(:'sorriso', 'detail'), '1 items were given up, the last with: too long.%force => true%', 'the progress says so, and what to do');
select is((select not d.ok and d.detail like '%waits for items that were given up: 1%' from prosa.doctor() d where d.check_name = 'embedding models'), true, 'doctor() too');
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.activate_embedding_space(%L, %L, true)', :'sorriso', :'three')), 'true', 'one may go on without it');
-- ---- the new space has the dimensions of a former one: a query says for which it was embedded
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[1,0,0]', 100, 0.9)), 0, 'by itself the query is taken for one of the new space');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[1,0,0]', 100, 0.9, p_space_id => :'one')), pg_temp.has(:'sorriso', :'one') - 1, 'semantic_search() goes to the space that is named');
select is((select array_agg(similarity_score) from prosa.search_memory('[1,0,0]'::vector, p_space_id => :'one')), array[1::float8], 'so does search_memory()');
select is((select array_agg(distinct dense_score) from prosa.hybrid_search('zzz', '[1,0,0]', 100, p_space_id => :'one')), array[1::float8], 'so does hybrid_search()');
select is((select array_agg(distinct (c ->> 'score')::float8 > 0) from jsonb_array_elements(prosa.reply_prompt(:'conversation', '[1,0,0]', :'one') -> 'rag_context') c), array[true], 'so does reply_prompt()');
select pg_temp.reset_role();
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.drop_embedding_space(%L, %L)', :'sorriso', :'one'))::integer, 34, 'a retired space is dropped with its vectors');
select is(pg_temp.has(:'sorriso', :'one'), 0, 'none is left');

-- ---- a filling that fails holds up no claims
select pg_temp.with_tenant(:'sorriso', format('select prosa.reembed(%L, ''five'', 5)', :'sorriso')) as five \gset
savepoint well;
alter table prosa.embedding_queue add constraint zz_check check (space_id is null) not valid;
select is((select prosa._fill_spaces('0')), 1, 'where one filling fails, that of another space goes on');
select lives_ok('select * from prosa.claim_embeddings()', 'and claims do');
select alike(pg_temp.status(:'sorriso', 'detail'), 'tries again after an error: %zz_check% (23514)', 'it says why it failed');
rollback to well;
select pg_temp.with_tenant(:'sorriso', format('select prosa.cancel_reembed(%L)', :'sorriso')) \g /dev/null

-- ---- giving up
select pg_temp.with_tenant(:'sorriso', format('select prosa.reembed(%L, ''four'', 5)', :'sorriso')) as four \gset
select pg_temp.work(1, 5) \g /dev/null
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.cancel_reembed(%L)', :'sorriso')), 'true', 'a change is given up');
select is((select count(*) from prosa.embedding_spaces where id = :'four') + pg_temp.has(:'sorriso', :'four') + (select count(*) from prosa.embedding_queue where space_id = :'four'), 0::bigint, 'nothing of it is left');
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.cancel_reembed(%L)', :'sorriso')), 'false', 'once');


-- ---- an endpoint that is configured for another model: the space keeps its own
select prosa.store_embeddings(:'harbor', 'x', '[]') \g /dev/null
select pg_temp.new_conversation(:'harbor') as harbor_conversation \gset
select count(pg_temp.say(:'harbor', :'harbor_conversation', 'h' || i)) from generate_series(1, 3) i \g /dev/null
select pg_temp.work() \g /dev/null
select is(pg_temp.spaces(:'harbor'), 'one 3 cosine active', 'the first embedding makes a space, of the endpoint''s model');
insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_embed, dimensions, is_default) values (:'harbor', 'own', 'openai', 'https://llm.example/v1', 'two', 4, true);
select pg_temp.say(:'harbor', :'harbor_conversation', 'after') as after \gset
select is((select array[c.provider ->> 'base_url', c.provider ->> 'model', c.provider ->> 'dimensions', c.provider ->> 'configured_model'] from pg_temp.claim() c),
          array['https://llm.example/v1', 'one', '3', 'two'], 'another endpoint is asked for the space''s model');
select prosa.fail_embeddings(:'harbor', jsonb_build_array(jsonb_build_object('kind', 'message', 'item_id', :'after'::text)), 'HTTP 404: no such model') from generate_series(1, 6) \g /dev/null
select results_eq(format('select failed_at is null, last_error from prosa.embedding_queue where item_id = %L', :'after'),
                  $$ values (true, 'the endpoint has been configured for model two, the tenant''s embeddings are of one: change the model with prosa.reembed(); HTTP 404: no such model') $$,
                  'where it does not serve it the items wait, with a reason that says what to do');
select is((select not d.ok and d.detail like '%goes on with theirs where it can: 1%' from prosa.doctor() d where d.check_name = 'embedding models'), true, 'doctor() says so');
select pg_temp.with_tenant(:'harbor', format('select prosa.reembed(%L, ''two'', provider => ''own'')', :'harbor')) as harbor_two \gset
update prosa.embedding_queue set available_at = now() - interval '1 second' where tenant_id = :'harbor';
select pg_temp.work() \g /dev/null
select is(pg_temp.spaces(:'harbor'), 'one 3 cosine retired, two 4 cosine active', 'reembed() changes it');
select is((select d.ok from prosa.doctor() d where d.check_name = 'embedding models'), true, 'and all is well');
select is(prosa._provider_config(:'harbor', 'embedding') - '{allowed_hosts,refused_ports,tenant_id,timeout_ms,secret_scope,secret,protocol}'::text[],
          jsonb_build_object('space_id', :'harbor_two'::text, 'base_url', 'https://llm.example/v1', 'model', 'two', 'dimensions', 4), 'queries are embedded by the new model');
select pg_temp.as_app(:'sorriso');
select cmp_ok((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[0,0,1]', 100, 0.9)), '>', 0, 'another tenant finds what it has');
select results_eq(format('select message_id from prosa.semantic_search(%L::uuid, ''[0,0,1]'', 100, 0.9, p_space_id => %L)', :'sorriso', :'harbor_two'),
                  format('select message_id from prosa.semantic_search(%L::uuid, ''[0,0,1]'', 100, 0.9)', :'sorriso'), 'and nothing else where it names a space that is not its own');
select pg_temp.reset_role();
select throws_ok(format('delete from prosa.llm_providers where tenant_id = %L', :'harbor'), '23503', null, 'an endpoint that a space names stays');
-- what answers call a model may differ from what it is asked for
select pg_temp.with_tenant(:'harbor', format('select prosa.reembed(%L, ''alias'')', :'harbor')) as alias \gset
select prosa._fill_spaces('0') \g /dev/null
select prosa.store_embeddings(:'harbor', 'alias-v2', (select jsonb_agg(to_jsonb(c) || '{"embedding": "[1,2]"}') from pg_temp.claim(2) c)) \g /dev/null
select results_eq(format('select model, request_model, dimensions from prosa.embedding_spaces where id = %L', :'alias'), $$ values ('alias-v2', 'alias', 2) $$, 'the first answer names the model');
create temporary table next as select * from pg_temp.claim(2);
select is((select array_agg(distinct n.provider ->> 'model') from next n), array['alias'], 'the endpoint is asked as before');
select throws_ok(format('select prosa.store_embeddings(%L, ''alias-v3'', %L)', :'harbor', (select jsonb_agg(to_jsonb(n) || '{"embedding": "[1,2]"}') from next n)), '22023', null, 'and another model behind the same name is refused');

select * from finish();
rollback;
