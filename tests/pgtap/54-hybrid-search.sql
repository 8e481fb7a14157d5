-- hybrid_search(): by words (BM25), by meaning (cosine), and both fused by their normalised scores.
begin;
\ir lib/personas.sql
select plan(38);

-- no endpoint: what follows is the same with the Java routines and without
select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.new_tenant('sorriso', p_settings => '{"language": "portuguese"}') as sorriso, pg_temp.new_tenant('harbor', p_settings => '{"language": "english"}') as harbor,
       pg_temp.new_tenant('bare', p_settings => '{"language": "simple"}') as bare \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as harbor_conversation, pg_temp.new_conversation(:'bare') as bare_conversation \gset

create function pg_temp.found(p_query text) returns text[] language sql as
$$ select coalesce(array_agg(s.text order by s.score desc, s.text), '{}') from prosa.hybrid_search(p_query) s $$;

-- words, in the tenant's language, with and without accents
select pg_temp.say(:'sorriso', :'conversation', t) from unnest(array['Quero marcar uma avaliação', 'O prédio fica na Rua Augusta', 'Vocês atendem aos sábados?', 'Preciso remarcar as consultas', 'joão, pode ligar']) t \g /dev/null
select pg_temp.with_tenant(:'sorriso', 'select prosa.upsert_memory(null, ''note'', ''Estacionamento no prédio ao lado'')') \g /dev/null
select pg_temp.as_app(:'sorriso');
select is(pg_temp.found('avaliação'), array['Quero marcar uma avaliação'], 'a word with its accents');
select is(pg_temp.found('avaliacao'), array['Quero marcar uma avaliação'], 'is found without them');
select is(pg_temp.found('AVALIACOES'), array['Quero marcar uma avaliação'], 'and in another form, though the accent is gone')
 where exists (select where to_tsvector('portuguese', 'avaliacoes') = to_tsvector('portuguese', 'avaliacao'));
select is(pg_temp.found('sabado'), array['Vocês atendem aos sábados?'], 'a plural by its singular, without accent');
select is(pg_temp.found('consulta'), array['Preciso remarcar as consultas'], 'words are stemmed in Portuguese');
select is(pg_temp.found('JOAO'), array['joão, pode ligar'], 'case does not matter');
select set_eq($$ select kind || ': ' || text from prosa.hybrid_search('predio') $$, array['message: O prédio fica na Rua Augusta', 'memory: Estacionamento no prédio ao lado'], 'messages and memories');
select is(cardinality(pg_temp.found('onde fica o prédio, por favor?')), 2, 'the words of a question are ORed, not ANDed');
select is(pg_temp.found('de a o que'), '{}', 'words that say nothing find nothing');
select is(pg_temp.found('!!! ? ('), '{}', 'nor do signs');
select is(pg_temp.found($$it's a 'quoted' \ query & | ! <->$$), '{}', 'nor do operators: they are words or nothing');
-- a letter and its accent as two characters, as some phones write it
select is(pg_temp.found(normalize('avaliação', nfd)), array['Quero marcar uma avaliação'], 'a decomposed accent is the same letter');

select pg_temp.reset_role();
select pg_temp.say(:'harbor', :'harbor_conversation', t) from unnest(array['We were running late', 'The café is open', 'avaliação']) t \g /dev/null
select pg_temp.as_app(:'harbor');
select is(pg_temp.found('run'), array['We were running late'], 'another tenant''s language is English');
select is(pg_temp.found('cafe'), array['The café is open'], 'with accents folded as well');
select is(pg_temp.found('marcar'), '{}', 'and the first tenant''s messages are not its own');

-- the sender's name is part of what is searched
select prosa.record_message(:'harbor_conversation', 'user', 'see you then', sender_name => 'Melanie') \g /dev/null
select is(pg_temp.found('melanie'), array['see you then'], 'the sender''s name finds the message');

-- BM25, computed by hand: four messages of 'simple' words; "alpha" is in two of them
select pg_temp.reset_role();
select pg_temp.say(:'bare', :'bare_conversation', t) from unnest(array['alpha beta', 'alpha', 'gamma', 'delta gamma']) t \g /dev/null
select pg_temp.as_app(:'bare');
-- idf = ln(1 + (4 - 2 + 0.5) / (2 + 0.5)) = ln 2; the matching ones are 1.5 lexemes long on average; k1 = 0.9, b = 0.4
select results_eq($$ select text, round(text_score::numeric, 6), dense_score from prosa.hybrid_search('alpha', alpha => 0) $$,
                  format($$ values ('alpha', round(%s::numeric, 6), null::float8), ('alpha beta', round(%s::numeric, 6), null) $$,
                         ln(2::float8) * 1.9 / (1 + 0.9 * (1 - 0.4 + 0.4 * 1 / 1.5)), ln(2::float8) * 1.9 / (1 + 0.9 * (1 - 0.4 + 0.4 * 2 / 1.5))),
                  'the score is BM25''s, the shorter text first');
select results_eq($$ select text, score from prosa.hybrid_search('beta delta', alpha => 0) where text = 'alpha beta' $$, $$ values ('alpha beta', 1::float8) $$, 'the best score counts as 1');

-- meaning and words together
select pg_temp.reset_role();
select pg_temp.embed_as(:'bare', m.id, v.vector) from (values ('alpha beta', '[1,0,0]'), ('alpha', '[0,1,0]'), ('gamma', '[0.9,0.1,0]'), ('delta gamma', '[-1,0,0]')) v (text, vector)
  join prosa.messages m on m.tenant_id = :'bare' and m.content = v.text \g /dev/null
select pg_temp.as_app(:'bare');
select results_eq($$ select text, round(dense_score::numeric, 4) from prosa.hybrid_search('zzz', '[1,0,0]', 10, 1) $$, $$ values ('alpha beta', 1.0000), ('gamma', 0.9939) $$,
                  'alpha 1 is by meaning alone; what has nothing in common is left out');
select results_eq($$ select text from prosa.hybrid_search('alpha', '[1,0,0]', 10, 0) $$, array['alpha', 'alpha beta'], 'alpha 0 by words alone');
create temporary table fused as select * from prosa.hybrid_search('alpha gamma', '[1,0.5,0]', 100, 0.3);
select cmp_ok((select count(*) from fused), '>=', 4::bigint, 'in between there is what either arm has found');
select ok((select bool_and(abs(f.score - (0.3 * coalesce(greatest(f.dense_score, 0) / b.dense, 0) + 0.7 * coalesce(f.text_score / b.text, 0))) < 1e-9)
             from fused f cross join (select max(dense_score) as dense, max(text_score) as text from fused) b),
          'and the score is alpha · dense / best dense + (1 - alpha) · text / best text');
select ok((select array_agg(score order by ordinality) = array_agg(score order by score desc) from prosa.hybrid_search('alpha gamma', '[1,0.5,0]') with ordinality), 'best first');
select is((select dense_score from fused where text = 'delta gamma') < 0, true, 'a meaning that is the opposite is shown as such');
select is((select count(*)::integer from prosa.hybrid_search('alpha gamma', '[1,0.5,0]', 2)), 2, 'as many as asked');
select results_eq($$ select m.conversation_id, m.created_at from fused f join prosa.messages m on m.id = f.id where f.text = 'alpha' $$, $$ select conversation_id, created_at from fused where text = 'alpha' $$, 'with conversation and time of the message');
select results_eq($$ select text from prosa.hybrid_search('', '[1,0,0]', 1) $$, array['alpha beta'], 'an embedding without words is enough');
-- a memory has its place among them
select prosa.upsert_memory(null, 'note', 'epsilon') as memory \gset
select pg_temp.reset_role();
select pg_temp.embed_as(:'bare', :'memory', '[1,0.1,0]') \g /dev/null
select pg_temp.as_app(:'bare');
select results_eq($$ select kind, text, conversation_id from prosa.hybrid_search('epsilon', '[1,0.1,0]', 1) $$, $$ values ('memory', 'epsilon', null::uuid) $$, 'memories and messages are ranked together');

-- without an embedding it says so
select results_eq($$ select dense_score from prosa.hybrid_search('alpha') limit 1 $$, $$ values (null::float8) $$, 'without an embedding and an endpoint it searches by text alone');

select results_eq($$ select text, score from prosa.hybrid_search('alpha', alpha => 1) limit 1 $$, $$ values ('alpha', 1::float8) $$, 'whatever the weight of the meaning, of which there is none');

-- what is refused
create function pg_temp.refused(p_arguments text, p_why text) returns setof text language sql as
$$ select throws_ok('select * from prosa.hybrid_search(' || p_arguments || ')', '22023', null, p_why) $$;
select pg_temp.refused('null', 'nothing to search for');
select pg_temp.refused($$'  '$$, 'blanks');
select pg_temp.refused($$'x', '[1,0]'$$, 'other dimensions');
select pg_temp.refused($$'x', '[0,0,0]'$$, 'a zero vector');
select pg_temp.refused($$'x', '[1,0,0]', 0$$, 'a limit of 0');
select pg_temp.refused($$'x', null, 1001$$, 'a limit of 1001');
select pg_temp.refused($$'x', '[1,0,0]', 10, 1.5$$, 'an alpha above 1');
select pg_temp.refused($$'x', '[1,0,0]', 10, null$$, 'no alpha');
select pg_temp.as_app();
select throws_ok($$ select * from prosa.hybrid_search('x') $$, '42501', 'no tenant is set', 'a search belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
