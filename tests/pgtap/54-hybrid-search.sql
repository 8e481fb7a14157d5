-- hybrid_search(): by words (BM25), by meaning (cosine), and both fused by their normalised scores.
begin;
\ir lib/personas.sql
select plan(103);

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
select results_eq($$ select text, score from prosa.hybrid_search('beta delta', alpha => 0, context_weight => 0) where text = 'alpha beta' $$, $$ values ('alpha beta', 1::float8) $$, 'the best score counts as 1');
-- a word that comes again counts again, and less
select pg_temp.reset_role();
select is_empty($$ select n from generate_series(1, 20) n where prosa._term_frequency(to_tsvector('simple', 'x ' || repeat('word y ', n)), 'word') <> n $$, 'how often a text holds a word is counted exactly up to twenty');
select is(prosa._term_frequency(to_tsvector('simple', repeat('word ', 90)), 'word'), 20, 'which stands for more');
select is(prosa._term_frequency(to_tsvector('simple', 'x'), 'word'), 0, 'nothing is nothing');
select is((select t.lexemes from prosa._query_terms('simple', 'Ana ana') t), array['ana'], 'a word is looked for once');
select is((select t.terms from prosa._query_terms('portuguese', 'não há avaliação nem consultas') t), array[1, 1, 2], 'a word with accents and without is one term; a stop word is none, also where it has an accent')
 where (select t.lexemes from prosa._query_terms('portuguese', 'não há avaliação nem consultas') t) @> '{avaliaca,consult}';

-- meaning and words together
select pg_temp.reset_role();
select pg_temp.embed_as(:'bare', m.id, v.vector) from (values ('alpha beta', '[1,0,0]'), ('alpha', '[0,1,0]'), ('gamma', '[0.9,0.1,0]'), ('delta gamma', '[-1,0,0]')) v (text, vector)
  join prosa.messages m on m.tenant_id = :'bare' and m.content = v.text \g /dev/null
select pg_temp.as_app(:'bare');
select results_eq($$ select text, round(dense_score::numeric, 4) from prosa.hybrid_search('zzz', '[1,0,0]', 10, 1) $$, $$ values ('alpha beta', 1.0000), ('gamma', 0.9939) $$,
                  'alpha 1 is by meaning alone; what has nothing in common is left out');
select results_eq($$ select text from prosa.hybrid_search('alpha', '[1,0,0]', 10, 0) $$, array['alpha', 'alpha beta'], 'alpha 0 by words alone');
create temporary table fused as select * from prosa.hybrid_search('alpha gamma', '[1,0.5,0]', 100, 0.3, context_weight => 0);
select cmp_ok((select count(*) from fused), '>=', 4::bigint, 'in between there is what either arm has found');
select ok((select bool_and(abs(f.score - (0.3 * coalesce(greatest(f.dense_score, 0) / b.dense, 0) + 0.7 * coalesce(f.text_score / b.text, 0))) < 1e-9)
             from fused f cross join (select max(dense_score) as dense, max(text_score) as text from fused) b),
          'and the score is alpha · dense / best dense + (1 - alpha) · text / best text');
select ok((select array_agg(score order by ordinality) = array_agg(score order by score desc) from prosa.hybrid_search('alpha gamma', '[1,0.5,0]') with ordinality), 'best first');
select is((select dense_score from fused where text = 'delta gamma') < 0, true, 'a meaning that is the opposite is shown as such');
select is((select count(*)::integer from prosa.hybrid_search('alpha gamma', '[1,0.5,0]', 2)), 2, 'as many as asked');
select results_eq($$ select m.conversation_id, m.created_at from fused f join prosa.messages m on m.id = f.id where f.text = 'alpha' $$, $$ select conversation_id, created_at from fused where text = 'alpha' $$, 'with conversation and time of the message');
select results_eq($$ select text from prosa.hybrid_search('', '[1,0,0]', 1) $$, array['alpha beta'], 'an embedding without words is enough');
select results_eq($$ select text from prosa.hybrid_search(null, '[1,0,0]', 1) $$, array['alpha beta'], 'nor need the words be empty');
-- a memory has its place among them
select prosa.upsert_memory(null, 'note', 'epsilon') as memory \gset
select pg_temp.reset_role();
select pg_temp.embed_as(:'bare', :'memory', '[1,0.1,0]') \g /dev/null
select pg_temp.as_app(:'bare');
select results_eq($$ select kind, text, conversation_id from prosa.hybrid_search('epsilon', '[1,0.1,0]', 1) $$, $$ values ('memory', 'epsilon', null::uuid) $$, 'memories and messages are ranked together');

-- without an embedding it says so
select results_eq($$ select dense_score from prosa.hybrid_search('alpha') limit 1 $$, $$ values (null::float8) $$, 'without an embedding and an endpoint it searches by text alone');

select results_eq($$ select text, score from prosa.hybrid_search('alpha', alpha => 1, context_weight => 0) limit 1 $$, $$ values ('alpha', 1::float8) $$, 'whatever the weight of the meaning, of which there is none');

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
select pg_temp.refused($$'x', '[1,0,0]', kinds => '{}'$$, 'no kind');
select pg_temp.refused($$'x', '[1,0,0]', context_weight => 1.1$$, 'a context of more than one');
select pg_temp.refused($$'x', '[1,0,0]', speaker_weight => -0.1$$, 'a speaker of less than nothing');
select pg_temp.refused($$'x', '[1,0,0]', importance_weight => null$$, 'no importance');
select pg_temp.refused($$'x', '[1,0,0]', half_life => '0'$$, 'no half-life');
select pg_temp.refused($$'x', '[1,0,0]', surrounding_turns => 51$$, 'a page of surroundings');

-- ---- turns in their context
select pg_temp.reset_role();
select pg_temp.new_tenant('context', p_settings => '{"language": "simple"}') as context \gset
select pg_temp.new_conversation(:'context') as talk, pg_temp.new_conversation(:'context', '+55 11 95555-0000') as other_talk \gset
select pg_temp.as_app(:'context');
select count(*) from prosa.record_messages((
    select jsonb_agg(jsonb_build_object('conversation_id', t.conversation, 'role', 'user', 'content', t.content, 'sender_name', t.sender, 'created_at', t.at, 'metadata', t.metadata::jsonb) order by t.n)
      from (values (1, :'talk', 'Rui', 'kiwi lemon', now() - interval '3 hours', '{"topic": "fruit"}'), (2, :'talk', 'Eva', 'kiwi', now() - interval '2 hours', '{}'),
                   (3, :'talk', 'Rui', 'plum', now() - interval '1 hour', '{"topic": "fruit"}'), (4, :'talk', 'Eva', 'kiwi fig', now(), '{}'),
                   (5, :'other_talk', 'Rui', 'kiwi fig', now() - interval '20 hours', '{}'), (6, :'other_talk', 'Eva', 'kiwi', now() - interval '1 hour', '{}')) t (n, conversation, sender, content, at, metadata))) \g /dev/null
create temporary table scored as select row_number() over () as place, s.* from prosa.hybrid_search('kiwi', alpha => 0, explain => true) s;
select is((select count(*)::integer from scored), 5, 'what does not fit is not found for its neighbours');
select ok((select bool_and(abs(score - (w.own + w.context) / w.full_score * (w.factors ->> 'speaker')::float8) < 1e-9 and abs(w.own - (w.text ->> 'share')::float8) < 1e-9)
             from scored cross join lateral jsonb_to_record(why) w (own float8, context float8, full_score float8, factors jsonb, text jsonb)), 'why shows what the score is made of');
create function pg_temp.context_of(p_talk uuid, p_index bigint) returns float8 language sql as
$$ select round((why ->> 'context')::numeric, 6)::float8 from scored where conversation_id = p_talk and message_index = p_index $$;
create function pg_temp.own(p_talk uuid, p_index bigint) returns float8 language sql as $$ select (why ->> 'own')::float8 from scored where conversation_id = p_talk and message_index = p_index $$;
select is(pg_temp.context_of(:'talk', 2), round((0.3 * pg_temp.own(:'talk', 1) + 0.15 * pg_temp.own(:'talk', 4))::numeric, 6)::float8, 'a turn is raised by the one before, and by the second one after, which counts half');
select is(pg_temp.context_of(:'other_talk', 2), 0::float8, 'not by one of another session');
select ok((select why -> 'text' ->> 'rank' = '1' and why -> 'dense' ->> 'rank' is null and why ->> 'alpha' = '0' from scored where (why -> 'text' ->> 'share')::float8 = 1 order by (why -> 'text' ->> 'rank')::integer limit 1), 'and the rank in each arm');
select is((select count(why)::integer from prosa.hybrid_search('kiwi', alpha => 0)), 0, 'which is made only when asked for');
select results_eq($$ select message_index, sender_name from scored where conversation_id = (select conversation_id from scored where text = 'kiwi lemon') order by 1 $$, $$ values (1::bigint, 'Rui'), (2, 'Eva'), (4, 'Eva') $$, 'with its place and its speaker');
-- who said it
select results_eq($$ select distinct sender_name, (why #>> '{factors,speaker}')::numeric from prosa.hybrid_search('eva kiwi', alpha => 0, explain => true) order by 1 $$, $$ values ('Eva', 1), ('Rui', 0.75) $$, 'what others said than the speaker whom the query names counts less');
select is((select min((why #>> '{factors,speaker}')::numeric) from prosa.hybrid_search('eva rui kiwi', alpha => 0, explain => true)), 1::numeric, 'unless it names both');
select is((select min((why #>> '{factors,speaker}')::numeric) from prosa.hybrid_search('eva kiwi', alpha => 0, speaker_weight => 0, explain => true)), 1::numeric, 'or one does not want it');

-- ---- conversations and what stands around
select results_eq($$ select conversation_id, score = (select max(score) from scored m where m.conversation_id = h.conversation_id) from prosa.hybrid_search('kiwi', alpha => 0, per_conversation => true) h order by score desc $$,
                  $$ select conversation_id, true from scored group by conversation_id order by max(score) desc $$, 'grouped: the best of each conversation');
select is((select count(*)::integer from prosa.hybrid_search('kiwi', p_limit => 1, alpha => 0, per_conversation => true)), 1, 'as many as asked');
create temporary table surrounded as select * from prosa.hybrid_search('plum', alpha => 0, surrounding_turns => 2);
select results_eq($$ select t.value ->> 'text', t.value ->> 'sender_name' from surrounded cross join jsonb_array_elements(turns) t $$, $$ values ('kiwi lemon', 'Rui'), ('kiwi', 'Eva'), ('kiwi fig', 'Eva') $$, 'the turns before and after come with it, oldest first, without the turn itself');
select is((select turns -> 0 ->> 'message_index' from prosa.hybrid_search('lemon', alpha => 0, surrounding_turns => 1)), '2', 'the first turn has none before it');
select is((select count(turns)::integer from prosa.hybrid_search('kiwi', alpha => 0)), 0, 'none when not asked for');

-- ---- memories
select prosa.upsert_memory((select c.contact_id from prosa.conversations c where c.id = :'talk'), 'note', 'kiwi note', '{"topic": "fruit", "key": "n"}') as note \gset
select prosa.upsert_memory(null, 'task', 'kiwi task', '{"key": "t"}') as task, prosa.upsert_memory(null, 'note', 'kiwi gone', '{"key": "g"}') as gone \gset
select pg_temp.reset_role();
update prosa.memory_chunks set expires_at = now() - interval '1 second' where id = :'gone';
update prosa.memory_chunks set importance = 1 where id = :'task';
update prosa.memory_chunks set importance = 0.1, created_at = now() - interval '10 days' where id = :'note';
update prosa.embedding_queue set item_created_at = now() - interval '10 days' where item_id = :'note';
select pg_temp.as_app(:'context');
create function pg_temp.hits(p_arguments text) returns text[] language plpgsql as $$
declare
    v_texts text[];
begin
    execute 'select coalesce(array_agg(s.text order by s.text collate "C"), ''{}'') from prosa.hybrid_search(''kiwi plum'', ' || p_arguments || ') s' into v_texts;
    return v_texts;
end
$$;
select ok(not pg_temp.hits('alpha => 0') @> '{kiwi gone}', 'a memory that has expired is not found');
select results_eq($$ select text, round((why ->> 'context')::numeric, 6) = round(0.3 * (why ->> 'own')::numeric, 6) from prosa.hybrid_search('kiwi', alpha => 0, kinds => '{memory}', explain => true) order by 1 $$, $$ values ('kiwi note', true), ('kiwi task', true) $$,
                  'a memory stands alone and is not put behind for it');
-- importance and age
select is((select array_agg(round((why #>> '{factors,importance}')::numeric, 4) order by text) from prosa.hybrid_search('kiwi', alpha => 0, kinds => '{memory}', importance_weight => 0.5, explain => true)), array[0.6, 1.5], 'importance counts as much as it is let');
select is((select array_agg(round((why #>> '{factors,recency}')::numeric, 4) order by text) from prosa.hybrid_search('kiwi', alpha => 0, kinds => '{memory}', half_life => '5 days', explain => true)), array[0.25, 1], 'after two half-lives a quarter is left');
select cmp_ok((select score from prosa.hybrid_search('kiwi', alpha => 0, kinds => '{memory}', half_life => '5 days') where text = 'kiwi note'), '<', 0.3::float8, 'of the score');

-- ---- filters, by words
select is(pg_temp.hits('alpha => 0, kinds => ''{message}'''), '{kiwi,kiwi,"kiwi fig","kiwi fig","kiwi lemon",plum}', 'messages alone');
select is(pg_temp.hits('alpha => 0, kinds => ''{memory}'''), '{"kiwi note","kiwi task"}', 'memories alone');
select is(pg_temp.hits('alpha => 0, kinds => ''{task,event}'''), '{"kiwi task"}', 'some kinds of them');
select is(pg_temp.hits('alpha => 0, kinds => ''{message,task}'', p_metadata => ''{"topic": "fruit"}'''), '{"kiwi lemon",plum}', 'of some JSON');
select is(pg_temp.hits(format('alpha => 0, p_conversation_id => %L', :'other_talk')), '{kiwi,"kiwi fig"}', 'of a conversation');
select is(pg_temp.hits(format('alpha => 0, p_contact_id => (select c.contact_id from prosa.conversations c where c.id = %L)', :'talk')), '{kiwi,"kiwi fig","kiwi lemon","kiwi note",plum}', 'of a contact, with what is remembered of it');
select is(pg_temp.hits(format('alpha => 0, p_contact_id => (select c.contact_id from prosa.conversations c where c.id = %L), p_conversation_id => %L', :'talk', :'other_talk')), '{}', 'of a contact and of a conversation of another: nothing');
select is(pg_temp.hits('alpha => 0, kinds => ''{message}'', since => now() - interval ''150 minutes'', until => now()'), '{kiwi,kiwi,plum}', 'of a time: from its beginning, before its end');
select is(pg_temp.hits(format('alpha => 0, p_conversation_id => %L', gen_random_uuid())), '{}', 'of nothing');
select is(pg_temp.hits('alpha => 0, p_metadata => ''{}'''), pg_temp.hits('alpha => 0'), 'an empty object asks for nothing');

-- and by meaning
select pg_temp.reset_role();
select prosa._settle_messages() \g /dev/null
select pg_temp.embed_as(:'context', q.item_id, '[1,0.' || row_number() over (order by q.item_id) || ',0]') from prosa.embedding_queue q where q.tenant_id = :'context' \g /dev/null
select pg_temp.as_app(:'context');
select is(pg_temp.hits('''[1,0,0]'', 50, 1, kinds => ''{message}'''), '{kiwi,kiwi,"kiwi fig","kiwi fig","kiwi lemon",plum}', 'messages alone');
select is(pg_temp.hits('''[1,0,0]'', 50, 1, kinds => ''{task}'''), '{"kiwi task"}', 'some kinds of memory');
select is(pg_temp.hits('''[1,0,0]'', 50, 1, p_metadata => ''{"topic": "fruit"}'''), '{"kiwi lemon","kiwi note",plum}', 'of some JSON');
select is(pg_temp.hits(format('''[1,0,0]'', 50, 1, p_conversation_id => %L', :'other_talk')), '{kiwi,"kiwi fig"}', 'of a conversation');
select is(pg_temp.hits(format('''[1,0,0]'', 50, 1, p_contact_id => (select c.contact_id from prosa.conversations c where c.id = %L)', :'talk')), '{kiwi,"kiwi fig","kiwi lemon","kiwi note",plum}', 'of a contact');
select is(pg_temp.hits('''[1,0,0]'', 50, 1, kinds => ''{message}'', since => now() - interval ''150 minutes'', until => now()'), '{kiwi,kiwi,plum}', 'of a time');
select ok(not pg_temp.hits('''[1,0,0]'', 50, 1') @> '{kiwi gone}', 'and not what has expired');
select ok((select bool_and(abs(s.dense_score - s.similarity) < 1e-6) from (select h.dense_score, 1 - (e.embedding <=> '[1,0,0]') as similarity from prosa.hybrid_search('', '[1,0,0]', 50, p_conversation_id => :'talk') h join prosa.embeddings e on e.item_id = h.id) s), 'the similarity is the same, filtered or not');

-- ---- windows of turns raise the turns that they cover
select pg_temp.reset_role();
insert into prosa.memory_chunks (tenant_id, id, kind, natural_key, content, search_text, conversation_id, first_index, last_index, last_at)
values (:'context', gen_random_uuid(), 'msg', 'w1', 'Rui: plum', to_tsvector('simple', 'kiwi plum'), :'talk', 3, 3, now());
insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, embedding)
select :'context', s.id, 'memory', c.id, c.created_at, '[1,0,0]' from prosa.memory_chunks c join prosa.embedding_spaces s on s.tenant_id = c.tenant_id where c.tenant_id = :'context' and c.kind = 'msg';
select pg_temp.as_app(:'context');
select is_empty($$ select * from prosa.hybrid_search('kiwi plum', '[1,0,0]', 50) where text = 'Rui: plum' $$, 'a window is no result where its turns are');
select cmp_ok((select (why ->> 'context')::float8 from prosa.hybrid_search('plum', '[1,0,0]', 50, 1, context_weight => 0.2, explain => true) where text = 'plum'), '>=',
              0.2::float8, 'it raises them');
select is((select count(*)::integer from prosa.hybrid_search('plum', '[1,0,0]', 50, kinds => '{msg}')), 1, 'where only windows are asked for they are found');
select is_empty($$ select * from prosa.hybrid_search('plum', alpha => 0, kinds => '{msg}') $$, 'by their meaning: their words are those of the turns');

-- ---- indexes: thousands of messages, an application under row security
select pg_temp.reset_role();
select pg_temp.become('none', :'context');
select count(*) from prosa.record_messages((
    select jsonb_agg(jsonb_build_object('conversation_id', :'talk', 'role', 'user', 'content', format('filler number %s about %s', i, md5(i::text)), 'created_at', now() - i * interval '20 minutes',
        'metadata', jsonb_build_object('n', i))) from generate_series(1, 4000) i)) \g /dev/null
select pg_temp.reset_role();
select prosa._settle_messages() \g /dev/null
select pg_temp.embed_as(:'context', q.item_id, '[0,0,1]') from (select * from prosa.embedding_queue q where q.tenant_id = :'context' limit 100) q \g /dev/null
select prosa.run_maintenance() \g /dev/null
analyze prosa.messages;
create temporary view search_index as
select i.indexrelid, i.indrelid, case when pg_get_indexdef(i.indexrelid) like '%(search_text)%' then 'text' when pg_get_indexdef(i.indexrelid) like '%(metadata %' then 'metadata'
                                      when pg_get_indexdef(i.indexrelid) like '%(tenant_id, conversation_id, %' then 'conversation' end as kind
  from pg_inherits h join pg_index i on i.indrelid = h.inhrelid where h.inhparent = 'prosa.messages'::regclass;
select gin_clean_pending_list(s.indexrelid) from search_index s where s.kind in ('text', 'metadata') \g /dev/null
create temporary table scans (label text, kind text, indexed bigint, sequential bigint);
create function pg_temp.scanned(p_kind text) returns bigint[] language sql as $$
    select array[(select sum(pg_stat_get_xact_numscans(s.indexrelid)) from search_index s where s.kind = p_kind),
                 (select sum(pg_stat_get_xact_numscans(t.oid)) from pg_inherits h join pg_class t on t.oid = h.inhrelid where h.inhparent = 'prosa.messages'::regclass and t.reltuples > 100)]::bigint[] $$;
create function pg_temp.watch(p_tenant_id uuid, p_label text, p_kind text, p_arguments text) returns void language plpgsql as $$
declare
    v_before bigint[] := pg_temp.scanned(p_kind);
    v_after bigint[];
begin
    perform pg_temp.become('prosa_app', p_tenant_id);
    execute 'select * from prosa.hybrid_search(' || p_arguments || ')';
    perform pg_temp.become('none', null);
    v_after := pg_temp.scanned(p_kind);
    insert into scans values (p_label, p_kind, v_after[1] - v_before[1], v_after[2] - v_before[2]);
end
$$;
select pg_temp.watch(:'context', 'since', 'text', format('%L, alpha => 0, since => now() - interval ''20 days''', md5('77'))) \g /dev/null
select pg_temp.watch(:'context', 'metadata', 'metadata', $$'filler', alpha => 0, p_metadata => '{"n": 77}'$$) \g /dev/null
select pg_temp.watch(:'context', 'metadata by meaning', 'metadata', $$'filler', '[1,0,0]', alpha => 1, p_metadata => '{"n": 77}'$$) \g /dev/null
select pg_temp.watch(:'context', 'conversation', 'conversation', format('''kiwi'', ''[1,0,0]'', alpha => 0, p_conversation_id => %L', :'other_talk')) \g /dev/null
select pg_temp.watch(:'context', 'contact', 'conversation', format('''kiwi'', ''[1,0,0]'', alpha => 0, p_contact_id => (select c.contact_id from prosa.conversations c where c.id = %L)', :'other_talk')) \g /dev/null
-- a large tenant: that it is so is what its conversations say
update prosa.conversations set last_message_index = 100000 where id = :'talk';
select pg_temp.watch(:'context', 'large', 'text', format('%L, alpha => 0', md5('77'))) \g /dev/null
select cmp_ok((select indexed from scans where label = 'since'), '>', 0::bigint, 'words within a time are looked up in the full-text index');
select cmp_ok((select indexed from scans where label = 'metadata'), '>', 0::bigint, 'JSON is looked up in its index');
select cmp_ok((select indexed from scans where label = 'metadata by meaning'), '>', 0::bigint, 'also for the meaning');
select cmp_ok((select indexed from scans where label = 'conversation'), '>', 0::bigint, 'a conversation in its index');
select cmp_ok((select indexed from scans where label = 'contact'), '>', 0::bigint, 'a contact''s messages by its conversations');
select cmp_ok((select indexed from scans where label = 'large'), '>', 0::bigint, 'a large tenant''s words in the full-text index');
select is((select sum(sequential) from scans where label <> 'large'), 0::numeric, 'no month that holds more than a few is read from end to end');
-- the common word counts, but does not bring every message of a large tenant
select is((select array_agg(text) from (select text from prosa._text_scores(:'context', 'filler ' || md5('77'), 1) t join prosa.messages m on m.id = t.item_id cross join lateral (select m.content as text) x) x), array[format('filler number 77 about %s', md5('77'))], 'the rare word decides');
select is((select count(*)::integer from prosa._text_scores(:'context', 'filler ' || md5('77'), 1)), 1, 'and is enough for what is asked');
select cmp_ok((select count(*)::integer from prosa._text_scores(:'context', 'filler ' || md5('77'), 100)), '=', 100, 'unless it is not: then the common one brings the rest');
-- one plan for all of a session's calls: the later ones find what the first found
select pg_temp.become('prosa_app', :'context');
select is((select count(distinct hits)::integer from (select (select array_agg(h.id order by h.score desc, h.id) from prosa.hybrid_search('kiwi fig', '[1,0,0]', 5 + i - i) h) as hits from generate_series(1, 12) i) x), 1, 'the twelfth call finds what the first found');

select pg_temp.as_app();
select throws_ok($$ select * from prosa.hybrid_search('x') $$, '42501', 'no tenant is set', 'a search belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
