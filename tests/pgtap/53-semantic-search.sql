-- semantic_search() is exact: what direct SQL over all vectors gives, in that order, and never fewer.
begin;
\ir lib/personas.sql
select plan(28);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as conversation, pg_temp.new_conversation(:'harbor') as harbor_conversation \gset

-- 300 messages of one tenant over several months, 600 of another whose vectors are nearer to every query
select pg_temp.with_tenant(:'sorriso', format('select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object(
    ''conversation_id'', %L, ''role'', ''user'', ''content'', ''sorriso '' || i, ''created_at'', now() - i * interval ''8 hours'')) from generate_series(1, 300) i))', :'conversation')) \g /dev/null
select pg_temp.with_tenant(:'harbor', format('select count(*) from prosa.record_messages((select jsonb_agg(jsonb_build_object(
    ''conversation_id'', %L, ''role'', ''user'', ''content'', ''harbor '' || i, ''created_at'', now() - i * interval ''4 hours'')) from generate_series(1, 600) i))', :'harbor_conversation')) \g /dev/null
select prosa._settle_messages(), setseed(0.5) \g /dev/null
select prosa.store_embeddings(:'sorriso', 'test', (select jsonb_agg(jsonb_build_object('kind', q.kind, 'item_id', q.item_id,
           'embedding', format('[%s,%s,%s,%s]', random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5))) from prosa.embedding_queue q where q.tenant_id = :'sorriso')) \g /dev/null
select prosa.store_embeddings(:'harbor', 'test', (select jsonb_agg(jsonb_build_object('kind', q.kind, 'item_id', q.item_id,
           'embedding', format('[1,%s,%s,%s]', random() / 10, random() / 10, random() / 10))) from prosa.embedding_queue q where q.tenant_id = :'harbor')) \g /dev/null
-- a memory is no message, however near
select pg_temp.with_tenant(:'sorriso', 'select prosa.upsert_memory(null, ''note'', ''a memory'')') as memory \gset
select pg_temp.embed_as(:'sorriso', :'memory', '[1,0,0,0]') \g /dev/null

-- the truth: all vectors of the tenant, compared one by one, without the extension's function
create function pg_temp.truth(p_tenant_id uuid, p_query float8[]) returns table (message_id uuid, text text, score float8) language sql as $$
    select m.id, m.content, (select sum(q * v) / sqrt(sum(q * q)) / sqrt(sum(v * v)) from unnest(p_query, (e.embedding::real[])::float8[]) x (q, v))
      from prosa.embeddings e join prosa.messages m on m.tenant_id = e.tenant_id and m.id = e.item_id
     where e.tenant_id = p_tenant_id and e.kind = 'message'
     order by 3 desc, 1
$$;
create temporary table truth as select row_number() over () as place, t.* from pg_temp.truth(:'sorriso', '{1,0.2,-0.3,0.1}') t;
grant select on truth to public;
select is((select count(*)::integer from truth), 300, 'there are 300 vectors to compare');

select pg_temp.as_app(:'sorriso');
create temporary table found as select row_number() over () as place, s.* from prosa.semantic_search(:'sorriso'::uuid, '[1,0.2,-0.3,0.1]', 300, -1) s;
select results_eq('select message_id from found order by place', 'select message_id from truth order by place', 'all of them come in the order of direct SQL');
select ok((select max(abs(f.similarity_score - t.score)) < 1e-6 from found f join truth t using (message_id)), 'with its scores');
select results_eq(format($$ select message_id from prosa.semantic_search(%L::uuid, '[1,0.2,-0.3,0.1]', 20, -1) $$, :'sorriso'), 'select message_id from truth where place <= 20 order by place', 'a limit takes the first');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[1,0.2,-0.3,0.1]')), (select least(20, count(*))::integer from truth where score >= 0.7), 'by default up to twenty of at least 0.7');
select is((select count(*)::integer from prosa.semantic_search(:'sorriso'::uuid, '[1,0.2,-0.3,0.1]', 1000, 0.5)), (select count(*)::integer from truth where score >= 0.5), 'a threshold takes all above it');
select cmp_ok((select min(similarity_score) from prosa.semantic_search(:'sorriso'::uuid, '[1,0.2,-0.3,0.1]', 1000, 0.5)), '>=', 0.5::float8, 'and none below');
select is_empty($$ select n from generate_series(1, 300, 7) n where (select count(*) from prosa.semantic_search(prosa.current_tenant_id(), '[1,0,0,0]', n, -1)) <> n $$, 'never fewer than the limit while there are that many');
select is_empty('select * from found where text not like ''sorriso%''', 'nothing of another tenant, nor a memory');
-- the sixth call of a function may take another plan
select is((select array_agg(distinct n) from (select (select count(*) from prosa.semantic_search(prosa.current_tenant_id(), '[1,0,0,0]', 50 + i - i, -1)) as n from generate_series(1, 12) i) x), array[50]::bigint[], 'the twelfth call is as complete as the first');
select results_eq(format($$ select text, created_at from prosa.semantic_search(%L::uuid, '[1,0.2,-0.3,0.1]', 1, -1) $$, :'sorriso'),
                  'select m.content, m.created_at from truth t join prosa.messages m on m.id = t.message_id where t.place = 1', 'a row has text and time of its message');

select pg_temp.as_app(:'harbor');
select is((select count(*)::integer from prosa.semantic_search(:'harbor'::uuid, '[1,0,0,0]', 600, 0.9)), 600, 'the other tenant finds all of its own');

-- what is refused
select pg_temp.as_app(:'sorriso');
create function pg_temp.refused(p_arguments text, p_why text, p_code text default '22023') returns setof text language sql as
$$ select throws_ok('select * from prosa.semantic_search(prosa.current_tenant_id(), ' || p_arguments || ')', p_code, null, p_why) $$;
select pg_temp.refused($$'[1,0,0]'::vector$$, 'other dimensions are refused');
select pg_temp.refused($$'[0,0,0,0]'::vector$$, 'a zero vector is refused');
select pg_temp.refused('null::vector', 'so is none');
select pg_temp.refused($$'[1,0,0,0]'::vector, 0$$, 'and a limit of 0');
select pg_temp.refused($$'[1,0,0,0]'::vector, 1001$$, 'and one of 1001');
select pg_temp.refused($$'[1,0,0,0]'::vector, null$$, 'and no limit');
select throws_ok(format($$ select * from prosa.semantic_search(%L::uuid, '[1,0,0,0]') $$, :'harbor'), '42501', null, 'and another tenant');
select pg_temp.as_app();
select throws_ok(format($$ select * from prosa.semantic_search(%L::uuid, '[1,0,0,0]') $$, :'sorriso'), '42501', 'no tenant is set', 'a search belongs to a tenant');

-- without anything embedded
select pg_temp.reset_role();
select pg_temp.new_tenant('empty') as empty \gset
select pg_temp.as_app(:'empty');
select is_empty(format($$ select * from prosa.semantic_search(%L::uuid, '[1,2]') $$, :'empty'), 'a tenant with nothing embedded finds nothing, in any dimensions');

-- a message that retention removed is not found
select pg_temp.reset_role();
delete from prosa.messages m using truth t where m.tenant_id = :'sorriso' and m.id = t.message_id and t.place <= 5;
delete from prosa.embeddings e using truth t where e.tenant_id = :'sorriso' and e.item_id = t.message_id and t.place <= 5;
select pg_temp.as_app(:'sorriso');
select results_eq(format($$ select message_id from prosa.semantic_search(%L::uuid, '[1,0.2,-0.3,0.1]', 10, -1) $$, :'sorriso'), 'select message_id from truth where place between 6 and 15 order by place', 'what was removed leaves its place to the next');
-- a message whose month retention has detached leaves its vector behind for a while
select pg_temp.reset_role();
delete from prosa.messages m using truth t where m.tenant_id = :'sorriso' and m.id = t.message_id and t.place between 6 and 60;
select pg_temp.as_app(:'sorriso');
select results_eq(format($$ select message_id from prosa.semantic_search(%L::uuid, '[1,0.2,-0.3,0.1]', 10, -1) $$, :'sorriso'), 'select message_id from truth where place between 61 and 70 order by place', 'a vector without its message takes nobody''s place');
select results_eq(format($$ select message_id from prosa.semantic_search(%L::uuid, '[1,0.2,-0.3,0.1]', 1000, -1) $$, :'sorriso'), 'select message_id from truth where place > 60 order by place', 'to the last');
-- filters
select results_eq(format($$ select message_id from prosa.semantic_search(%L::uuid, '[1,0.2,-0.3,0.1]', 10, -1, p_from => now() - interval '400 hours', p_to => now() - interval '100 hours') $$, :'sorriso'),
                  'select t.message_id from truth t join prosa.messages m on m.id = t.message_id where place > 60 and m.created_at >= now() - interval ''400 hours'' and m.created_at < now() - interval ''100 hours'' order by place limit 10', 'only of a time');
select is((select count(*)::integer from prosa.semantic_search(prosa.current_tenant_id(), '[1,0.2,-0.3,0.1]', 10, -1, p_contact_id => (select c.contact_id from prosa.conversations c))), 10, 'only of a contact');
select is_empty('select * from prosa.semantic_search(prosa.current_tenant_id(), ''[1,0.2,-0.3,0.1]'', 10, -1, p_contact_id => gen_random_uuid())', 'who may have none');
-- a call that names its parameters as the seed does
select is((select count(*)::integer from prosa.semantic_search(p_tenant_id => :'sorriso', p_query_embedding => '[1,0,0,0]', p_limit => 3, p_similarity_threshold => -1)), 3, 'parameters may be named, with untyped literals');

select pg_temp.reset_role();
select * from finish();
rollback;
