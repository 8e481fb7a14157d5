-- Files, and their text as memory.
begin;
\ir lib/personas.sql
select plan(63);

select prosa.set_config_value('embedding_provider', 'null') \g /dev/null
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_contact(:'sorriso') as ana, pg_temp.new_contact(:'harbor') as foreign \gset
select pg_temp.as_app(:'sorriso');

-- ---- once by its hash
select f.file_id as prices, f.is_duplicate, f.status from prosa.add_client_file('Preços 2026.pdf', upper(repeat('ab', 32)), 'application/pdf', 12345, 's3://files/1', metadata => '{"year": 2026}') f \gset
select is(array[:'is_duplicate', :'status'], array['f', 'waiting'], 'a file is noted and waits for its text');
select results_eq('select id, contact_id, name, media_type, size, sha256, url, page_count, metadata, status, expires_at from prosa.client_files',
                  format($$ values (%L::uuid, null::uuid, 'Preços 2026.pdf', 'application/pdf', 12345::bigint, repeat('ab', 32), 's3://files/1', null::integer, '{"year": 2026}'::jsonb, 'waiting', null::timestamptz) $$, :'prices'), 'with what is known of it');
select results_eq($$ select file_id, is_duplicate, status from prosa.add_client_file('Copy.pdf', repeat('ab', 32)) $$, format($$ values (%L::uuid, true, 'waiting') $$, :'prices'), 'the same bytes are the same file');
select results_eq('select name from prosa.client_files', array['Preços 2026.pdf'], 'which stays as it was');
select isnt((select file_id from prosa.add_client_file('Preços 2026.pdf', repeat('cd', 32), contact_id => :'ana', page_count => 3)), :'prices'::uuid, 'other bytes are another, whatever the name');
select id as photo from prosa.client_files where contact_id = :'ana' \gset
select pg_temp.as_app(:'harbor');
select is((select is_duplicate from prosa.add_client_file('Theirs.pdf', repeat('ab', 32))), false, 'of another tenant too');
select is((select count(*)::integer from prosa.client_files), 1, 'which sees its own');
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.add_client_file('x', 'abc') $$, '23514', null, 'a hash that is none');
select throws_ok($$ select prosa.add_client_file('x', null) $$, '23502', null, 'or is missing');
select throws_ok($$ select prosa.add_client_file(' ', repeat('ef', 32)) $$, '23514', null, 'a name that is blank');
select throws_ok($$ select prosa.add_client_file('x', repeat('ef', 32), size => -1) $$, '23514', null, 'a size below nothing');
select throws_ok($$ select prosa.add_client_file('x', repeat('ef', 32), metadata => '[]') $$, '23514', null, 'metadata that is no object');
select throws_ok(format($$ select prosa.add_client_file('x', repeat('ef', 32), contact_id => %L) $$, :'foreign'), '23503', null, 'a contact of another tenant');

-- ---- the text, split
select is(prosa.add_file_text(:'prices', array['Limpeza: R$ 180', E' \n\t', E'  Clareamento: R$ 800\n']), 2, 'a page of a few words is one chunk, one without words is none');
select results_eq($$ select kind, page, char_offset, content, contact_id from prosa.memory_chunks order by page $$,
                  $$ values ('file', 1, 0, 'Limpeza: R$ 180', null::uuid), ('file', 3, 2, 'Clareamento: R$ 800', null) $$, 'each with its page and where it begins there');
select is((select status || page_count from prosa.client_files where id = :'prices'), 'ready3', 'the file is ready');
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.embedding_queue q where q.tenant_id = :'sorriso' and q.kind = 'memory'), 2, 'its chunks wait to be embedded');
select is((select prosa._embedding_input(:'sorriso', 'memory', m.id, m.created_at) from prosa.memory_chunks m where m.page = 1), 'Preços 2026.pdf: Limpeza: R$ 180', 'with the name of the file');
select pg_temp.embed_as(:'sorriso', m.id, format('[%s,1]', m.page)) from prosa.memory_chunks m where m.file_id = :'prices' \g /dev/null
select pg_temp.as_app(:'sorriso');
select results_eq($$ select kind, content, file_id, file_name, page, char_offset from prosa.search_memory('[1,1]'::vector, 1) $$,
                  format($$ values ('file', 'Limpeza: R$ 180', %L::uuid, 'Preços 2026.pdf', 1, 0) $$, :'prices'), 'a search says where it stands');
select results_eq(format($$ select page from prosa.search_memory('[1,1]'::vector, 10, p_file_id => %L) $$, :'prices'), array[1, 3], 'one file can be searched');
select is_empty(format($$ select page from prosa.search_memory('[1,1]'::vector, 10, p_file_id => %L) $$, :'photo'), 'another has none of it');
select set_eq($$ select kind || ' ' || text from prosa.hybrid_search('precos', alpha => 0) $$, array['memory Limpeza: R$ 180', 'memory Clareamento: R$ 800'], 'the words of its name find it, too');

-- again: what is the same keeps its vector
select is(prosa.add_file_text(:'prices', array['Limpeza: R$ 180', 'Clareamento: R$ 900']), 2, 'another text');
select results_eq($$ select page, char_offset, content from prosa.memory_chunks order by page $$, $$ values (1, 0, 'Limpeza: R$ 180'), (2, 0, 'Clareamento: R$ 900') $$, 'takes the place of the one before');
select pg_temp.reset_role();
select results_eq(format($$ select m.page, exists (select from prosa.embeddings e where e.item_id = m.id), exists (select from prosa.embedding_queue q where q.item_id = m.id) from prosa.memory_chunks m where m.file_id = %L order by 1 $$, :'prices'),
                  $$ values (1, true, false), (2, false, true) $$, 'what it has in common with that is not embedded again');
select is((select count(*)::integer from prosa.embeddings e where e.tenant_id = :'sorriso'), 1, 'and nothing else is left');

-- chunks of one's own
select pg_temp.as_app(:'sorriso');
select is(prosa.add_file_chunks(:'photo', '[{"page": 1, "char_offset": 0, "content": "um"}, {"page": 1, "char_offset": 2, "content": "dois", "metadata": {"table": true}}]'), 2, 'chunks of one''s own');
select is(prosa.add_file_chunks(:'photo', '[{"page": 2, "char_offset": 0, "content": "três"}, {"page": 1, "char_offset": 0, "content": "Um"}]'), 2, 'more of them, and one that replaces another');
select results_eq(format($$ select page, char_offset, content, metadata, contact_id from prosa.memory_chunks where file_id = %L order by 1, 2 $$, :'photo'),
                  format($$ values (1, 0, 'Um', '{}'::jsonb, %1$L::uuid), (1, 2, 'dois', '{"table": true}', %1$L), (2, 0, 'três', '{}', %1$L) $$, :'ana'), 'are about the file''s contact');
select throws_ok(format($$ select prosa.add_file_chunks(%L, '{}') $$, :'photo'), '22023', null, 'chunks that are no array');
select throws_ok(format($$ select prosa.add_file_chunks(%L, null) $$, :'photo'), '22023', null, 'or null');
select throws_ok(format($$ select prosa.add_file_chunks(%L, '[{"page": 1, "char_offset": 0, "content": "a"}, {"page": 1, "char_offset": 0, "content": "b"}]') $$, :'photo'), '22023', 'two chunks begin at the same page and char_offset', 'two of one place');
select throws_ok(format($$ select prosa.add_file_chunks(%L, '[{"page": 0, "char_offset": 0, "content": "a"}]') $$, :'photo'), '23514', null, 'a page 0');
select throws_ok(format($$ select prosa.add_file_chunks(%L, '[{"char_offset": 0, "content": "a"}]') $$, :'photo'), '23514', null, 'no page');
select throws_ok(format($$ select prosa.add_file_chunks(%L, '[{"page": 1, "char_offset": 0, "content": " "}]') $$, :'photo'), '23514', null, 'no words');
select throws_ok($$ select prosa.add_file_chunks('00000000-0000-0000-0000-000000000001', '[]') $$, 'P0002', null, 'no file');
select throws_ok($$ select prosa.add_file_text('00000000-0000-0000-0000-000000000001', '{}') $$, 'P0002', null, 'no file to give a text');
select throws_ok(format($$ select prosa.add_file_text(%L, null) $$, :'photo'), '22023', null, 'no text');
select throws_ok(format($$ select prosa.add_file_text(%L, '{}', 199) $$, :'photo'), '22023', null, 'chunks that are too small');
select throws_ok(format($$ select prosa.add_file_text(%L, '{}', 300, 101) $$, :'photo'), '22023', null, 'too large an overlap');
select throws_ok(format($$ select prosa.add_file_text(%L, array_fill(repeat('x', 1000001), array[10])) $$, :'photo'), '22023', null, 'too long a text');
select pg_temp.as_app(:'harbor');
select throws_ok(format($$ select prosa.add_file_text(%L, '{}') $$, :'photo'), 'P0002', null, 'a file of another tenant takes no text');
select throws_ok(format($$ select prosa.add_file_chunks(%L, '[]') $$, :'photo'), 'P0002', null, 'nor chunks');
select is(prosa.delete_client_file(:'photo'), false, 'nor can it be deleted');

-- ---- how a text is split
select pg_temp.reset_role();
create temporary table long as select string_agg(format('Frase número %s, que diz alguma coisa sobre o item %s.', i, md5(i::text)) || case i % 10 when 0 then E'\n\n' else ' ' end, '' order by i) as text from generate_series(1, 3000) i;
create temporary table piece as select row_number() over () as n, s.char_offset, s.content, length(s.content) as length from long l cross join prosa._split_text(l.text, 1000, 150) s;
select is((select count(*)::integer from piece p, long l where substr(l.text, p.char_offset + 1, p.length) <> p.content), 0, 'each piece stands where it says');
select is((select max(length) <= 1000 and min(length) filter (where n < (select max(n) from piece)) >= 490 from piece), true, 'none is longer than asked, none but the last much shorter');
select is((select count(*)::integer from piece p where p.content !~ '\.$'), 0, 'they end with a sentence');
select is((select count(*)::integer from piece p where p.content !~ '^Frase'), 0, 'and begin with one');
select is((select count(*)::integer from piece p join piece q on q.n = p.n + 1 where q.char_offset > p.char_offset + p.length + 2), 0, 'nothing is left out between two');
select is((select count(*)::integer from piece p join piece q on q.n = p.n + 1 where p.char_offset + p.length - q.char_offset > 150), 0, 'no more is repeated than asked');
select cmp_ok((select count(*) from piece p join piece q on q.n = p.n + 1 where p.char_offset + p.length - q.char_offset > 20), '>', (select count(*) / 2 from piece), 'of most something is');
select is((select max(char_offset + length) from piece), (select length(rtrim(text, E' \n')) from long), 'up to the end');
select results_eq($$ select char_offset, length(content) from prosa._split_text(repeat('x', 2500), 1000, 0) $$, 'values (0, 1000), (1000, 1000), (2000, 500)', 'a text without any border is cut');
select is((select count(*)::integer from prosa._split_text(repeat('x', 2500), 1000, 300)), 4, 'with overlap as well');
select is((select string_agg(content, '|') from prosa._split_text(repeat('a ', 150) || E'\n\n' || repeat('b ', 150), 400, 0)), trim(repeat('a ', 150)) || '|' || trim(repeat('b ', 150)), 'a paragraph is the best border');
select is_empty($$ select * from prosa._split_text('', 1000, 0) union all select * from prosa._split_text(' - ', 1000, 0) union all select * from prosa._split_text(null, 1000, 0) $$, 'of nothing nothing is made');

-- ---- expiry, deletion
select pg_temp.as_app(:'sorriso');
select file_id as brief from prosa.add_client_file('Brief.txt', repeat('01', 32), expires_at => now() + interval '1 day') \gset
select prosa.add_file_text(:'brief', array['curto']) \g /dev/null
select is((select expires_at from prosa.memory_chunks where file_id = :'brief'), now() + interval '1 day', 'the text of a file expires with it');
select pg_temp.reset_role();
update prosa.memory_chunks set expires_at = now() - interval '1 second' where file_id = :'brief';
update prosa.client_files set expires_at = now() - interval '1 second' where id = :'brief';
select pg_temp.as_app(:'sorriso');
select is((select is_duplicate from prosa.add_client_file('Brief.txt', repeat('01', 32), expires_at => now() - interval '1 second')), false, 'one that has expired is no first upload');
select pg_temp.reset_role();
select is(prosa._remove_expired_memory(1000), 1::bigint, 'retention removes it');
select is_empty($$ select from prosa.client_files where expires_at < now() union all select from prosa.memory_chunks where expires_at < now() $$, 'with its text');
select pg_temp.as_app(:'sorriso');
select is(prosa.delete_client_file(:'prices'), true, 'deleting a file');
select is(prosa.delete_client_file(:'prices'), false, 'once');
select pg_temp.reset_role();
delete from prosa.contacts where id = :'ana';
select is_empty(format($$ select from prosa.memory_chunks where tenant_id = %1$L union all select from prosa.embeddings where tenant_id = %1$L union all select from prosa.embedding_queue where tenant_id = %1$L and kind = 'memory'
                          union all select from prosa.client_files where tenant_id = %1$L $$, :'sorriso'), 'takes its text, embeddings and queue entries along, and so does deleting its contact');

select pg_temp.reset_role();
select * from finish();
rollback;
