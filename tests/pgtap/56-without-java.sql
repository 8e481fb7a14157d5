-- Without the Java routines everything that needs them says so, with what to install and what works without.
begin;
\ir lib/personas.sql
select plan(14);
select pg_temp.has_java() as has_java \gset
\if :has_java
select skip('the Java routines are installed on this server: see 57-java-routines.sql', 14);
\else

select prosa.set_config_value('embedding_provider', '{"protocol": "mock", "model": "mock", "dimensions": 8}'), prosa.set_config_value('chat_provider', '{"protocol": "mock", "model": "mock"}') \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select pg_temp.say(:'sorriso', :'conversation', 'Quanto custa?') as message \gset
select pg_temp.as_app(:'sorriso');

-- the SQLSTATE of a statement, and what of the hint is there
create function pg_temp.explanation(p_statement text) returns text language plpgsql as $$
declare
    v_hint text;
begin
    execute p_statement;
    return 'no error';
exception when others then
    get stacked diagnostics v_hint = pg_exception_hint;
    return concat_ws(' ', sqlstate,
        case when v_hint like '%postgresql-' || current_setting('server_version_num')::integer / 10000 || '-pljava%' then 'package' end,
        case when v_hint like '%CREATE EXTENSION prosa_java%' then 'extension' end,
        case when v_hint like '%prosa worker%' then 'worker' end,
        case when v_hint like '%/api/chat%' then 'gateway' end);
end
$$;
select is(pg_temp.explanation($$ select prosa.embed('olá') $$), '0A000 package extension worker gateway', 'embed() names the package, the extension, the worker and the gateway');
select is(pg_temp.explanation($$ select prosa.embed(array['olá', 'oi']) $$), '0A000 package extension worker gateway', 'also for several texts');
select is(pg_temp.explanation($$ select prosa.embed('olá', throw_on_error => false) $$), '0A000 package extension worker gateway', 'and when asked not to throw: it is no error of the endpoint');
select is(pg_temp.explanation($$ select prosa.chat_complete('[{"role": "user", "content": "Olá"}]') $$), '0A000 package extension worker gateway', 'chat_complete() does');
select is(pg_temp.explanation(format('select prosa.reply(%L)', :'conversation')), '0A000 package extension worker gateway', 'reply() does');
select is(pg_temp.explanation($$ select * from prosa.semantic_search('preço') $$), '0A000 package extension worker gateway', 'semantic_search() of a text does');
select pg_temp.as_worker();
select is(pg_temp.explanation('call prosa.process_embedding_queue()'), '0A000 package extension worker gateway', 'process_embedding_queue() does');
select pg_temp.reset_role();
select throws_ok($$ select prosa.install_jar('file:/nowhere.jar') $$, '55000', 'the extension prosa_java is not installed in this database', 'install_jar() asks for the extension');

-- and what does not need them works
select is((select count(*)::integer from prosa.messages where role = 'assistant'), 0, 'a reply that failed recorded nothing');
select prosa._settle_messages() \g /dev/null
select is((select attempts from prosa.embedding_queue where item_id = :'message'), 0, 'the queue is as it was');
select pg_temp.as_worker();
select is((select content from prosa.claim_embeddings() where item_id = :'message') like '%Quanto custa?', true, 'a worker claims it');
select is(prosa.store_embeddings(:'sorriso', 'mock', jsonb_build_array(jsonb_build_object('kind', 'message', 'item_id', :'message'::text, 'embedding', '[1,0,0,0,0,0,0,0]'))), 1, 'and stores it');
select pg_temp.as_app(:'sorriso');
select is((select text from prosa.hybrid_search('custa')), 'Quanto custa?', 'hybrid_search() searches by text');
select lives_ok(format('select prosa.reply_prompt(%L)', :'conversation'), 'reply_prompt() says what to ask');

select pg_temp.reset_role();
\endif
select * from finish();
rollback;
