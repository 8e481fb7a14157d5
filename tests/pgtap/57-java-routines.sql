-- With the Java routines: embedding and chat from inside the database, by the mock protocol, which calls nobody.
begin;
\ir lib/personas.sql
select plan(32);
select pg_temp.has_java() as has_java \gset
\if :has_java

select prosa.set_config_value('embedding_provider', '{"protocol": "mock", "model": "mock", "dimensions": 8}'), prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "mock"}') \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select pg_temp.as_app(:'sorriso');

-- embedding
select is(vector_dims(prosa.embed('olá')), 8, 'a text becomes a vector of the endpoint''s dimensions');
select is(prosa.embed('olá')::text, prosa.embed('olá')::text, 'the same text the same vector');
select isnt(prosa.embed('olá')::text, prosa.embed('tchau')::text, 'another text another one');
select ok(abs(vector_norm(prosa.embed('olá')) - 1) < 1e-5, 'of length 1');
select results_eq($$ select ordinal, embedding::text from prosa.embed(array['olá', 'tchau', 'olá']) $$,
                  $$ values (1, prosa.embed('olá')::text), (2, prosa.embed('tchau')::text), (3, prosa.embed('olá')::text) $$, 'several at once come in their order');
select is(vector_dims(prosa.embed(E'emoji 👩‍👩‍👧 "quoted" \\ \n')), 8, 'any text is one');
select throws_ok($$ select prosa.embed('  ') $$, '22023', null, 'nothing cannot be embedded');
select throws_ok($$ select prosa.embed(null::text) $$, '22023', null, 'nor can null');
select throws_ok($$ select * from prosa.embed('{}'::text[]) $$, '22023', null, 'nor an empty array');
select throws_ok($$ select prosa.embed('x', timeout_ms => 0) $$, '22023', null, 'a timeout of 0 is refused');
select throws_ok($$ select prosa.embed('x', max_attempts => 0) $$, '22023', null, 'so are no attempts');

-- chat
select prosa.chat_complete('[{"role": "system", "content": "Seja breve."}, {"role": "user", "content": "Olá"}]') as answer \gset
select is(:'answer'::jsonb ->> 'role', 'assistant', 'a chat is answered by the assistant');
select isnt(btrim(:'answer'::jsonb ->> 'content'), '', 'with something');
select cmp_ok((:'answer'::jsonb #>> '{usage,input_tokens}')::integer, '>', 0, 'and its tokens are counted');
select throws_ok($$ select prosa.chat_complete('[]') $$, '22023', null, 'nothing to answer is refused');
select throws_ok($$ select prosa.chat_complete('{}') $$, '22023', null, 'so is what is no list');

-- an endpoint that is not there; to try it the server's Java policy must let the routines open a socket
select pg_temp.reset_role();
select coalesce(current_setting('pljava.policy_urls', true), '') like '%prosa.policy%' as may_connect \gset
\if :may_connect
select pg_temp.reset_role();
select prosa.set_config_value('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}') \g /dev/null
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.embed('x', timeout_ms => 2000, max_attempts => 1) $$, '08001', null, 'an endpoint that cannot be reached is 08001');
set local client_min_messages = error;
select is(prosa.embed('x', timeout_ms => 2000, max_attempts => 1, throw_on_error => false), null, 'or null when asked not to throw');
select lives_ok($$ select * from prosa.hybrid_search('x') $$, 'a search then goes by text');
set local client_min_messages = warning;
select pg_temp.reset_role();
select prosa.set_config_value('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m", "secret": "no_such_secret_zz"}') \g /dev/null
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.embed('x', timeout_ms => 2000, max_attempts => 1) $$, '22023', null, 'a secret that is not there is 22023');
select pg_temp.reset_role();
select prosa.set_config_value('embedding_provider', '{"protocol": "mock", "model": "mock", "dimensions": 8}') \g /dev/null
\else
select skip('pljava.policy_urls does not name prosa.policy, so no socket opens', 4);
\endif

-- claimed, embedded, stored; then found
select pg_temp.say(:'sorriso', :'conversation', t) from unnest(array['A limpeza custa 200 reais', 'Aberto aos sábados', 'Quanto custa a limpeza?']) t \g /dev/null
select pg_temp.as_worker();
select is(prosa._embed_step(prosa._claim_batch(64)), null, 'the queue is embedded, and nothing of the claim is left');
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.semantic_search('Aberto aos sábados', 3, -1)), 3, 'and searched by a text');
select is((select count(dense_score)::integer from prosa.hybrid_search('sábados')), 3, 'hybrid_search() embeds its query');
select throws_ok('call prosa.process_embedding_queue()', '42501', null, 'an application does not run the queue');

-- a reply
select * from prosa.reply(:'conversation') \gset reply_
select results_eq(format('select role, content, model, input_tokens, output_tokens, message_index from prosa.messages where id = %L', :'reply_message_id'),
                  format($$ values ('assistant', %L, %L, %s, %s, 4::bigint) $$, :'reply_content', :'reply_model', :'reply_input_tokens', :'reply_output_tokens'), 'a reply is recorded with its tokens');
select ok((select metadata -> 'rag_context' is not null from prosa.messages where id = :'reply_message_id'), 'and what it was based on');
select is((select total_tokens from prosa.consumption_inbox_daily where agent_type = 'none'), (:'reply_input_tokens'::integer + :'reply_output_tokens'::integer)::bigint, 'and counted');

-- nobody but the functions calls the routines
select throws_ok($$ select prosa._java_embed('{}') $$, '42501', null, 'an application cannot call _java_embed()');
select throws_ok($$ select prosa._java_chat_complete('{}') $$, '42501', null, 'nor _java_chat_complete()');
select throws_ok($$ select prosa._call_java('_java_embed', '{}') $$, '42501', null, 'nor by way of _call_java()');

-- an endpoint that is configured for another model than the tenant's space has is asked for the space's own
select pg_temp.reset_role();
select prosa.set_config_value('embedding_provider', '{"protocol": "mock", "model": "other", "dimensions": 4}') \g /dev/null
delete from prosa.embedding_queue;
select pg_temp.say(:'sorriso', :'conversation', 'Ainda não') as waits \gset
select pg_temp.as_worker();
select is(prosa._embed_step(prosa._claim_batch(64)), null, 'what waits is embedded all the same');
select pg_temp.reset_role();
select results_eq(format('select s.model, vector_dims(e.embedding) from prosa.embeddings e join prosa.embedding_spaces s on s.tenant_id = e.tenant_id and s.id = e.space_id where e.item_id = %L', :'waits'),
                  $$ values ('mock', 8) $$, 'by the model of the tenant''s space');
\else
select skip('the Java routines (PL/Java and the extension prosa_java) are not installed on this server', 32);
\endif
select * from finish();
rollback;
