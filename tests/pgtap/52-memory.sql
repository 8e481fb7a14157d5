-- What assistants remember.
begin;
\ir lib/personas.sql
select plan(79);

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

-- searching; what was edited is found by its new words once they are embedded
select is((select count(*)::integer from prosa.search_memory('[0,1,0]'::vector) where content = 'Prefere consultas de noite'), 0, 'new words are not found by the vector of the old ones');
select pg_temp.reset_role();
select pg_temp.embed_as(:'sorriso', :'morning', '[0,1,0]') \g /dev/null
select pg_temp.as_app(:'sorriso');
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


-- importance and expiry
select pg_temp.as_app(:'sorriso');
select prosa.upsert_memory(:'bruno', 'event', 'Viaja até domingo', '{"key": "viagem", "source": "chat"}', 0.9, now() + interval '2 days') as trip \gset
select results_eq(format('select importance, expires_at from prosa.memory_chunks where id = %L', :'trip'), $$ values (0.9::real, now() + interval '2 days') $$, 'a memory has a weight and an end');
select results_eq($$ select distinct importance, expires_at from prosa.memory_chunks where id <> '$$ || :'trip' || $$' $$, 'values (0.5::real, null::timestamptz)', 'by default a middling one and none');
select prosa.upsert_memory(:'bruno', 'event', 'Viaja até domingo', '{"key": "viagem"}') \g /dev/null
select results_eq(format('select importance, expires_at, metadata from prosa.memory_chunks where id = %L', :'trip'), $$ values (0.9::real, null::timestamptz, '{"key": "viagem"}'::jsonb) $$,
                  'remembered again without them, it keeps the weight and has no end');
select throws_ok($$ select prosa.upsert_memory(null, 'note', 'x', importance => 1.1) $$, '23514', null, 'a weight above one');
select throws_ok($$ select prosa.upsert_memory(null, 'note', 'x', importance => -0.1) $$, '23514', null, 'or below none');
select prosa.upsert_memory(:'bruno', 'event', 'Viaja até domingo', '{"key": "viagem", "source": "chat"}', expires_at => now() - interval '1 second') \g /dev/null
select pg_temp.reset_role();
select is(prosa._embedding_input(:'sorriso', 'memory', :'trip', now()), null, 'what has expired is not embedded');
update prosa.memory_chunks set expires_at = now() + interval '1 day' where id = :'trip';
select pg_temp.embed_as(:'sorriso', :'trip', '[0.9,0.1,0]') \g /dev/null
update prosa.memory_chunks set expires_at = now() where id = :'trip';
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.search_memory('[0.9,0.1,0]'::vector) where content ~ 'Viaja'), 0, 'nor found');
select is((select count(*)::integer from prosa.search_memory('[0.9,0.1,0]'::vector, 10, '{event}')), 0, 'nor among its kind');
select is((select count(*)::integer from prosa.search_memory('[0.9,0.1,0]'::vector, 1)), 1, 'nor does it take another''s place');
select prosa.upsert_memory(:'bruno', 'event', 'Viaja até domingo', '{"key": "viagem", "source": "chat"}', expires_at => now() + interval '1 day') \g /dev/null
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embedding_queue where item_id = :'trip'), 1, 'what comes back after it had expired is embedded anew');
select pg_temp.embed_as(:'sorriso', :'trip', '[0.9,0.1,0]') \g /dev/null

-- filters
update prosa.memory_chunks set created_at = now() - interval '10 days' where id = :'allergy';
select pg_temp.as_app(:'sorriso');
create function pg_temp.found(p_condition text) returns setof text language plpgsql as
$$ begin return query execute format('select content from prosa.search_memory(''[1,0,0]''::vector, 10, %s)', p_condition); end $$;
select results_eq($$ select pg_temp.found('p_metadata => ''{"source": "chat"}''') $$, array['Viaja até domingo'], 'by metadata');
select results_eq($$ select pg_temp.found('p_metadata => ''{"source": "ficha"}'', kinds => ''{note}''') $$, array['Alérgica a penicilina'], 'by metadata and kind');
select results_eq($$ select pg_temp.found('until => now() - interval ''1 day''') $$, array['Alérgica a penicilina'], 'remembered before some time');
select set_eq($$ select pg_temp.found('since => now() - interval ''1 day''') $$, array['Viaja até domingo', 'Aberto aos sábados', 'Prefere consultas de noite', 'Gosta de café'], 'or since');
select is_empty($$ select pg_temp.found('since => now() - interval ''10 days'', until => now() - interval ''10 days''') $$, 'until is not included');
select results_eq(format('select pg_temp.found(%L)', format($$ contact_id => %L, kinds => '{event,task}' $$, :'bruno')), array['Viaja até domingo'], 'by contact and kinds');
select is_empty($$ select pg_temp.found('p_file_id => ''00000000-0000-0000-0000-000000000001''') $$, 'of a file that is not there');

-- forgetting
select throws_ok('select prosa.forget_memory()', '22023', null, 'to forget needs a condition');
select is(prosa.forget_memory('00000000-0000-0000-0000-000000000001'), 0::bigint, 'what is not there is not forgotten');
select is(prosa.forget_memory(:'trip'), 1::bigint, 'one memory');
select pg_temp.reset_role();
select is_empty(format('select from prosa.embeddings where item_id = %L union all select from prosa.embedding_queue where item_id = %L union all select from prosa.memory_chunks where id = %L', :'trip', :'trip', :'trip'),
                'goes with its embedding and queue entry');
select pg_temp.as_app(:'sorriso');
select is(prosa.forget_memory(natural_key => 'horario', kind => 'note'), 3::bigint, 'by natural key and kind, whoever they are about');
select is(prosa.forget_memory(before => now() - interval '9 days'), 1::bigint, 'by age');
select is(prosa.forget_memory(contact_id => :'ana', before => now() - interval '9 days'), 0::bigint, 'all conditions must hold');
select is(prosa.forget_memory(contact_id => :'ana'), 2::bigint, 'by contact');
select pg_temp.as_app(:'harbor');
select is(prosa.forget_memory(before => now() + interval '1 day'), 0::bigint, 'another tenant forgets nothing of it');
select pg_temp.as_app(:'sorriso');
select is((select count(*)::integer from prosa.memory_chunks), 2, 'the others are there still');
-- a contact that goes takes its memories along, with all that hangs on them
select prosa.upsert_memory(:'bruno', 'note', 'goes with him') as his \gset
select pg_temp.reset_role();
select pg_temp.embed_as(:'sorriso', :'his', '[1,0,0]') \g /dev/null
delete from prosa.contacts where id = :'bruno';
select is_empty(format('select from prosa.embeddings where item_id = %L union all select from prosa.memory_chunks where id = %L', :'his', :'his'), 'a contact that is deleted is forgotten');

-- retention
select pg_temp.as_app(:'sorriso');
select prosa.upsert_memory(null, 'note', 'old ' || i, expires_at => now() - interval '1 day') from generate_series(1, 7) i \g /dev/null
select prosa.upsert_memory(:'ana', 'note', 'about somebody under legal hold', expires_at => now() - interval '1 day') \g /dev/null
select pg_temp.reset_role();
select prosa.place_legal_hold(:'sorriso', 'case 1', contact_id => :'ana') as hold \gset
select is(prosa._remove_expired_memory(5), 5::bigint, 'what has expired is removed in batches');
select prosa.cleanup_old_messages() \g /dev/null
select is((select array_agg(content) from prosa.memory_chunks where tenant_id = :'sorriso' and expires_at < now()), array['about somebody under legal hold'], 'all of it but what is under legal hold');
select prosa.release_legal_hold(:'hold') \g /dev/null
select prosa.cleanup_old_messages() \g /dev/null
select is_empty('select from prosa.memory_chunks where expires_at < now()', 'until that ends');
select is_empty($$ select from prosa.embedding_queue q where q.kind = 'memory' and not exists (select from prosa.memory_chunks m where m.id = q.item_id) $$, 'their queue entries are gone, too');

-- as many as asked, of many that match and few that are near; and by an index, also in a large tenant
select pg_temp.new_tenant('large') as large \gset
select pg_temp.new_contact(:'large') as carla \gset
insert into prosa.memory_chunks (tenant_id, id, contact_id, kind, natural_key, content, metadata, search_text, created_at)
select :'large', gen_random_uuid(), case when i % 500 = 0 then :'carla'::uuid end, case when i > 6000 then 'far' when i % 300 = 0 then 'task' else 'note' end, i::text, 'memory ' || i,
       case when i % 400 = 0 then '{"rare": true}' when i % 2 = 0 then format('{"n": %s}', i)::jsonb else '{}' end, '', now() - i * interval '1 hour'
  from generate_series(1, 9000) i;
insert into prosa.embedding_spaces (tenant_id, model, dimensions) values (:'large', 'test', 3);
insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, embedding)
select m.tenant_id, s.id, 'memory', m.id, m.created_at, format('[1,%s,0]', m.natural_key::integer / 1000.0)::vector
  from prosa.memory_chunks m join prosa.embedding_spaces s on s.tenant_id = m.tenant_id where m.tenant_id = :'large';
analyze prosa.memory_chunks;
analyze prosa.embeddings;
-- how often memory_chunks and its indexes are read
create temporary table scans (label text, index_name text, scans bigint);
create function pg_temp.watch(p_label text, p_query text) returns bigint language plpgsql as $$
declare
    v_count bigint;
begin
    perform set_config('role', 'none', true);
    insert into scans select p_label, c.relname, -pg_stat_get_xact_numscans(c.oid) from pg_class c where c.relname like 'memory\_chunks%' and c.relkind in ('r', 'i');
    perform set_config('role', 'prosa_app', true);
    execute 'select count(*) from ' || p_query into v_count;
    perform set_config('role', 'none', true);
    insert into scans select p_label, c.relname, pg_stat_get_xact_numscans(c.oid) from pg_class c where c.relname like 'memory\_chunks%' and c.relkind in ('r', 'i');
    return v_count;
end
$$;
select prosa.set_tenant(:'large') \g /dev/null
select is(pg_temp.watch('kind', $$ prosa.search_memory('[1,0,0]'::vector, 100, '{task}') where kind = 'task' $$), 20::bigint, 'all of a rare kind');
select is(pg_temp.watch('contact', format($$ prosa.search_memory('[1,0,0]'::vector, 100, contact_id => %L) $$, :'carla')), 18::bigint, 'all of a contact');
select is(pg_temp.watch('metadata', $$ prosa.search_memory('[1,0,0]'::vector, 100, p_metadata => '{"rare": true}') $$), 22::bigint, 'all of rare metadata');
select is(pg_temp.watch('time', $$ prosa.search_memory('[1,0,0]'::vector, 100, since => now() - interval '30 hours') $$), 30::bigint, 'all of a short time');
select is(pg_temp.watch('many', $$ prosa.search_memory('[1,0,0]'::vector, 200, '{note}') $$), 200::bigint, 'as many as asked of a frequent kind');
select is(pg_temp.watch('far', $$ prosa.search_memory('[1,0,0]'::vector, 300, '{far}') where kind = 'far' $$), 300::bigint, 'also where all that match are far away');
select set_eq($$ select label, index_name from scans where label in ('kind', 'contact', 'metadata', 'time') and index_name not in ('memory_chunks_pkey') group by 1, 2 having sum(scans) > 0 $$,
              $$ values ('kind', 'memory_chunks_kind_idx'), ('contact', 'memory_chunks_natural_key'), ('metadata', 'memory_chunks_metadata_idx'), ('time', 'memory_chunks_created_at_idx') $$,
              'each filter by its index, as an application, and none by reading the table');
select results_eq($$ select content from prosa.search_memory('[1,0,0]'::vector, 3, '{far}') $$, array['memory 6001', 'memory 6002', 'memory 6003'], 'the nearest of them first');

select pg_temp.reset_role();
select * from finish();
rollback;
