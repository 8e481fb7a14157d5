-- What assistants remember.
begin;
\ir lib/personas.sql
select plan(38);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_contact(:'sorriso') as ana, pg_temp.new_contact(:'sorriso', '5511900000000') as bruno \gset
select pg_temp.as_app(:'sorriso');

select prosa.upsert_memory(:'ana', 'note', 'Prefere consultas de manhã', '{"key": "horario"}') as morning \gset
select results_eq(format('select contact_id, kind, content, metadata from prosa.memory_chunks where id = %L', :'morning'),
                  format($$ values (%L::uuid, 'note', 'Prefere consultas de manhã', '{"key": "horario"}'::jsonb) $$, :'ana'), 'a memory is kept');
select is(prosa.upsert_memory(:'ana', 'note', 'Prefere consultas à tarde', '{"key": "horario"}'), :'morning'::uuid, 'the same key is the same memory');
select is((select content from prosa.memory_chunks), 'Prefere consultas à tarde', 'with the newer content');
select isnt(prosa.upsert_memory(:'bruno', 'note', 'x', '{"key": "horario"}'), :'morning'::uuid, 'another contact''s is another');
select isnt(prosa.upsert_memory(:'ana', 'task', 'x', '{"key": "horario"}'), :'morning'::uuid, 'so is another kind');
select isnt(prosa.upsert_memory(null, 'note', 'x', '{"key": "horario"}'), :'morning'::uuid, 'and the tenant''s own');
select prosa.upsert_memory(:'ana', 'note', 'Alérgica a penicilina') as allergy \gset
select is(prosa.upsert_memory(:'ana', 'note', 'Alérgica a penicilina'), :'allergy'::uuid, 'without a key the content is the key');
select isnt(prosa.upsert_memory(:'ana', 'note', 'Alérgica a dipirona'), :'allergy'::uuid, 'so another content is another memory');
select prosa.upsert_memory(null, 'note', 'Aberto aos sábados') as saturdays \gset
select is(prosa.upsert_memory(null, 'note', 'Aberto aos sábados'), :'saturdays'::uuid, 'the tenant''s own are recognised too');
select is((select count(*)::integer from prosa.memory_chunks), 7, 'that is seven');

-- the queue
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embedding_queue where tenant_id = :'sorriso' and kind = 'memory'), 7, 'each is queued once');
select is(pg_temp.embed_as(:'sorriso', :'allergy', '[1,0,0]') + pg_temp.embed_as(:'sorriso', :'morning', '[0,1,0]') + pg_temp.embed_as(:'sorriso', :'saturdays', '[1,1,0]'), 3, 'and embedded');
delete from prosa.embedding_queue where tenant_id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select is(prosa.upsert_memory(:'ana', 'note', 'Alérgica a penicilina', '{"source": "ficha"}'), :'allergy'::uuid, 'the same content again');
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embedding_queue where item_id = :'allergy'), 0, 'is not embedded again');
select is((select metadata from prosa.memory_chunks where id = :'allergy'), '{"source": "ficha"}', 'but takes the new metadata');
select pg_temp.as_app(:'sorriso');
select prosa.upsert_memory(:'ana', 'note', 'Prefere consultas de noite', '{"key": "horario"}') \g /dev/null
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embedding_queue where item_id = :'morning'), 1, 'a new content is');
select is(prosa._embedding_input(:'sorriso', 'memory', :'morning', now()), 'Prefere consultas de noite', 'by its text alone');

-- what is refused
select pg_temp.as_app(:'sorriso');
select throws_ok(format($$ select prosa.upsert_memory(%L, 'note', '  ') $$, :'ana'), '23514', null, 'a blank memory');
select throws_ok(format($$ select prosa.upsert_memory(%L, 'Note!', 'x') $$, :'ana'), '23514', null, 'a kind that is no word');
select throws_ok(format($$ select prosa.upsert_memory(%L, 'note', 'x', '[]') $$, :'ana'), '23514', null, 'metadata that is no object');
select throws_ok($$ select prosa.upsert_memory('00000000-0000-0000-0000-000000000001', 'note', 'x') $$, '23503', null, 'a contact that does not exist');

-- searching
select results_eq($$ select content, round(similarity_score::numeric, 4) from prosa.search_memory('[1,0,0]'::vector) $$,
                  $$ values ('Alérgica a penicilina', 1.0000), ('Aberto aos sábados', 0.7071), ('Prefere consultas de noite', 0.0000) $$, 'the nearest first, by cosine');
select results_eq($$ select content from prosa.search_memory('[5,0.1,0]'::vector, 1) $$, array['Alérgica a penicilina'], 'as many as asked, whatever the vector''s length');
select set_eq(format($$ select content from prosa.search_memory('[1,1,0]'::vector, 10, null, %L) $$, :'ana'), array['Alérgica a penicilina', 'Prefere consultas de noite'], 'about one contact');
select is_empty($$ select * from prosa.search_memory('[1,0,0]'::vector, 10, '{task}') $$, 'of some kinds only');
select is((select count(*)::integer from prosa.search_memory('[1,0,0]'::vector, 10, '{note,task}')), 3, 'or several');
select throws_ok($$ select * from prosa.search_memory('[1,0]'::vector) $$, '22023', null, 'other dimensions are refused');
select throws_ok($$ select * from prosa.search_memory('[0,0,0]'::vector) $$, '22023', null, 'so is a zero vector');
select throws_ok($$ select * from prosa.search_memory(null::vector) $$, '22023', null, 'and none');
select throws_ok($$ select * from prosa.search_memory('[1,0,0]'::vector, 0) $$, '22023', null, 'and a limit of 0');
select throws_ok($$ select * from prosa.search_memory('[1,0,0]'::vector, 1001) $$, '22023', null, 'and one of 1001');
select pg_temp.as_app(:'harbor');
select is_empty($$ select * from prosa.search_memory('[1,0,0]'::vector) $$, 'another tenant remembers none of it');
select is_empty($$ select * from prosa.search_memory('[1,0]'::vector) $$, 'and, with nothing embedded, has no dimensions to keep to');
select pg_temp.as_app();
select throws_ok($$ select prosa.upsert_memory(null, 'note', 'x') $$, '42501', 'no tenant is set', 'a memory belongs to a tenant');

-- changed while it is embedded: the vector of the old words must not stand for the new ones
select pg_temp.as_app(:'sorriso');
select prosa.upsert_memory(null, 'note', 'Gosta de chá', '{"key": "bebida"}') as drink \gset
select pg_temp.reset_role();
select jsonb_agg(to_jsonb(c) || '{"embedding": "[0,0,1]"}') as claimed from prosa.claim_embeddings() c where c.item_id = :'drink' \gset
select pg_temp.as_app(:'sorriso');
select prosa.upsert_memory(null, 'note', 'Gosta de café', '{"key": "bebida"}') \g /dev/null
select pg_temp.reset_role();
select is(prosa.store_embeddings(:'sorriso', 'test', :'claimed'), 0, 'a vector that came too late is not stored');
select is(prosa.fail_embeddings(:'sorriso', :'claimed', 'too late'), 0, 'nor does its failure count');
select is((select attempts from prosa.embedding_queue where item_id = :'drink'), 0, 'the new words are in the queue');
select jsonb_agg(to_jsonb(c) || '{"embedding": "[0,0,1]"}') as claimed from prosa.claim_embeddings() c where c.item_id = :'drink' \gset
select is(prosa.store_embeddings(:'sorriso', 'test', :'claimed'), 1, 'and are embedded next');

select pg_temp.reset_role();
select * from finish();
rollback;
