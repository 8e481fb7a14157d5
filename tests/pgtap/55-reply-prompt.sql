-- reply_prompt(): what the LLM is asked.
begin;
\ir lib/personas.sql
select plan(24);

select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'sorriso', '5511900000000') as other \gset
select pg_temp.as_app(:'sorriso');
select throws_ok(format('select prosa.reply_prompt(%L)', :'conversation'), 'P0002', 'the conversation has no message of a user to answer', 'a conversation without a question has no answer');
select prosa.record_message(:'conversation', 'assistant', 'Olá, posso ajudar?') \g /dev/null
select throws_ok(format('select prosa.reply_prompt(%L)', :'conversation'), 'P0002', null, 'nor has one in which only the assistant spoke');

select prosa.record_message(:'other', 'user', 'A clareação dental custa 800 reais') \g /dev/null
select prosa.upsert_memory(null, 'note', 'Clareação só depois da limpeza') \g /dev/null
select prosa.record_message(:'conversation', r, c, created_at => now() + i * interval '1 second') from (values
    (1, 'user', 'Bom dia'), (2, 'system', 'internal'), (3, 'tool', 'output'), (4, 'operator', 'Já verifico'), (5, 'user', ''), (6, 'user', 'Quanto custa a clareação?'), (7, 'user', '')) x (i, r, c) \g /dev/null

select prosa.reply_prompt(:'conversation') as prompt \gset
select results_eq(format('select m ->> ''role'', m ->> ''content'' from jsonb_array_elements(%L::jsonb -> ''messages'') with ordinality e (m, n) where n > 1 order by n', :'prompt'),
                  $$ values ('assistant', 'Olá, posso ajudar?'), ('user', 'Bom dia'), ('assistant', 'Já verifico'), ('user', 'Quanto custa a clareação?') $$,
                  'the history in order, the operator as the assistant; without what programs said and what is empty');
select is(:'prompt'::jsonb #>> '{messages,0,role}', 'system', 'instructions come first');
select alike(:'prompt'::jsonb #>> '{messages,0,content}', '%assistant of Sorriso%', 'by default they name the tenant');
select set_eq(format('select c ->> ''text'' from jsonb_array_elements(%L::jsonb -> ''rag_context'') c', :'prompt'), array['A clareação dental custa 800 reais', 'Clareação só depois da limpeza'],
              'what was found for the last question, of other conversations and memory; what is history already is not repeated');
select alike(:'prompt'::jsonb #>> '{messages,0,content}', '%- (' || to_char(now(), 'YYYY-MM-DD') || ') A clareação dental custa 800 reais%', 'stands in the instructions, with its date');
select set_eq(format('select jsonb_object_keys(%L::jsonb #> ''{rag_context,0}'')', :'prompt'), array['kind', 'id', 'text', 'score', 'created_at'], 'and is given back');
select is((:'prompt'::jsonb #> '{rag_context,0,score}')::float8 >= (:'prompt'::jsonb #> '{rag_context,1,score}')::float8, true, 'best first');
select is(:'prompt'::jsonb -> 'model', 'null', 'without an agent the model is the endpoint''s');

-- the tenant's and the agent's instructions
select pg_temp.reset_role();
update prosa.tenants set system_prompt = 'Seja breve.' where id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select alike(prosa.reply_prompt(:'conversation') #>> '{messages,0,content}', 'Seja breve.%', 'the tenant''s instructions replace the default ones');
select pg_temp.as_admin();
insert into prosa.agents (tenant_id, name, agent_type, system_prompt, model, rag_top_k, is_default) values (:'sorriso', 'Bia', 'SDR', 'Venda.', 'big-model', 1, true);
insert into prosa.agents (tenant_id, name, agent_type, system_prompt) values (:'sorriso', 'Leo', 'COPILOT', 'Ajude.');
select pg_temp.as_app(:'sorriso');
select prosa.reply_prompt(:'conversation') as prompt \gset
select alike(:'prompt'::jsonb #>> '{messages,0,content}', 'Venda.%', 'the default agent''s replace the tenant''s');
select is(array[:'prompt'::jsonb ->> 'model', :'prompt'::jsonb ->> 'agent_type'], array['big-model', 'SDR'], 'with its model and type');
select is(jsonb_array_length(:'prompt'::jsonb -> 'rag_context'), 1, 'and as many passages as it asks for');
select pg_temp.as_admin();
update prosa.agents set rag_enabled = false where tenant_id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select prosa.reply_prompt(:'conversation') as prompt \gset
select is(:'prompt'::jsonb -> 'rag_context', '[]', 'or none');
select is(:'prompt'::jsonb #>> '{messages,0,content}', 'Venda.', 'then the instructions are all');

-- an embedding of the question
select pg_temp.as_admin();
update prosa.agents set rag_enabled = true, rag_top_k = 5 where tenant_id = :'sorriso';
select pg_temp.reset_role();
select pg_temp.say(:'sorriso', :'other', 'Nothing in common') as far \gset
select pg_temp.embed_as(:'sorriso', :'far', '[1,0]') \g /dev/null
select pg_temp.as_app(:'sorriso');
select ok(prosa.reply_prompt(:'conversation', '[1,0]') -> 'rag_context' @> '[{"text": "Nothing in common"}]', 'finds by meaning as well');

-- people are a source, the machine is none
select pg_temp.reset_role();
select pg_temp.say(:'sorriso', :'other', 'Said by the machine', p_role => 'assistant') as machine, pg_temp.say(:'sorriso', :'other', 'Said by the shop', p_role => 'operator') as shop \gset
select pg_temp.embed_as(:'sorriso', id, '[1,0]') from unnest(array[:'machine', :'shop']::uuid[]) id \g /dev/null
select pg_temp.as_app(:'sorriso');
select ok(prosa.reply_prompt(:'conversation', '[1,0]') -> 'rag_context' @> '[{"text": "Said by the shop"}]', 'what the shop wrote is retrieved');
select ok(not prosa.reply_prompt(:'conversation', '[1,0]') -> 'rag_context' @> '[{"text": "Said by the machine"}]', 'an earlier answer is not');
select throws_ok(format($$ select prosa.reply_prompt(%L, '[1,0,0]') $$, :'conversation'), '22023', null, 'one of other dimensions is refused');

-- a long conversation
select count(prosa.record_message(:'conversation', 'user', 'linha ' || i, created_at => now() + interval '1 hour' + i * interval '1 second')) from generate_series(1, 30) i \g /dev/null
select prosa.reply_prompt(:'conversation', '[1,0]') as prompt \gset
select is(jsonb_array_length(:'prompt'::jsonb -> 'messages'), 21, 'the last twenty messages');
select is(:'prompt'::jsonb #>> '{messages,20,content}', 'linha 30', 'the newest last');
select throws_ok($$ select prosa.reply_prompt('00000000-0000-0000-0000-000000000001') $$, 'P0002', 'the current tenant has no such conversation', 'a conversation that does not exist has no prompt');
select pg_temp.as_app();
select throws_ok(format('select prosa.reply_prompt(%L)', :'conversation'), '42501', 'no tenant is set', 'nor has one without a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
