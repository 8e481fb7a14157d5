-- A space that grows large gets a partition and an index of its own, and goes back when it shrinks: nothing is lost, nothing is
-- found twice, and every filter gives as many rows as there are.
begin;
\ir lib/personas.sql
select plan(89);
select setseed(0.25);
select prosa._drop_stray_segments() \g /dev/null

create function pg_temp.vector_of(p_dimensions integer) returns vector language sql volatile as
$$ select array_agg(random() - 0.5)::vector from generate_series(1, p_dimensions) $$;

-- a space with p_count vectors: every fifth a memory, spread over ten contacts, one a minute
create function pg_temp.new_space(p_tenant_id uuid, p_count integer, p_dimensions integer default 8, p_distance text default 'cosine') returns uuid
    language plpgsql as $$
declare
    v_space_id uuid := gen_random_uuid();
begin
    insert into prosa.embedding_spaces (tenant_id, id, model, dimensions, distance) values (p_tenant_id, v_space_id, 'test', p_dimensions, p_distance);
    insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, contact_id, embedding)
    select p_tenant_id, v_space_id, case i % 5 when 0 then 'memory' else 'message' end, gen_random_uuid(), now() - i * interval '1 minute',
           ('00000000-0000-4000-8000-00000000000' || i % 10)::uuid, pg_temp.vector_of(p_dimensions + 0 * i)
      from generate_series(1, p_count) i;
    return v_space_id;
end
$$;

-- what direct SQL over all vectors gives
create function pg_temp.truth(p_space_id uuid, p_query vector, p_limit integer, p_kinds text[] default '{message,memory}', p_contact_id uuid default null,
    p_from timestamptz default null, p_to timestamptz default null) returns table (item_id uuid, similarity float8) language sql as $$
    select e.item_id, case s.distance when 'cosine' then 1 - (e.embedding <=> p_query) when 'inner_product' then -(e.embedding <#> p_query)
                                      else 1 / (1 + (e.embedding <-> p_query)) end as similarity
      from prosa.embedding_spaces s join prosa.embeddings e on e.space_id = s.id and e.segment_id = s.segment_id
     where s.id = p_space_id and e.kind = any (p_kinds) and (p_contact_id is null or e.contact_id = p_contact_id)
       and e.item_created_at >= coalesce(p_from, '-infinity') and e.item_created_at < coalesce(p_to, 'infinity')
     order by similarity desc, e.item_id limit p_limit
$$;
create function pg_temp.same(p_tenant_id uuid, p_space_id uuid, p_limit integer, p_why text, p_kinds text[] default '{message,memory}',
    p_contact_id uuid default null, p_from timestamptz default null, p_to timestamptz default null) returns text language sql as $$
    with query as materialized (
        select n, pg_temp.vector_of(s.dimensions) as v from prosa.embedding_spaces s cross join generate_series(1, 10) n where s.id = p_space_id
    )
    select is_empty(format('select %s', sum(wrong)) || ' as wrong where ' || (sum(wrong) > 0)::text, p_why)
      from (select case when array(select x.item_id from prosa._nearest(p_tenant_id, p_space_id, p_kinds, q.v, p_limit, p_contact_id, p_from, p_to) x)
                           = array(select t.item_id from pg_temp.truth(p_space_id, q.v, p_limit, p_kinds, p_contact_id, p_from, p_to) t)
                        then 0 else 1 end as wrong from query q) x
$$;
create function pg_temp.segment(p_space_id uuid) returns regclass language sql as
$$ select format('prosa.%I', prosa._segment_table(s.segment_id))::regclass from prosa.embedding_spaces s where s.id = p_space_id $$;
create function pg_temp.where_it_lies(p_space_id uuid) returns text language sql as
$$ select string_agg(format('%s %s', x.place, x.count), ', ' order by x.place)
     from (select case e.tableoid when 'prosa.embeddings_shared'::regclass then 'shared' else 'own' end as place, count(*)
             from prosa.embeddings e where e.space_id = p_space_id group by 1) x $$;
create function pg_temp.spaces() returns jsonb language sql volatile as $$ select prosa.run_maintenance() -> 'spaces' $$;

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor, pg_temp.new_tenant('oficina') as oficina \gset
select pg_temp.new_space(:'sorriso', 600) as space, pg_temp.new_space(:'harbor', 600) as other \gset

-- ---------------------------------------------------------------- when
select is(prosa._promotion_rows('20000', 384), 20000::bigint, 'the setting counts vectors of 384 dimensions');
select ok(prosa._promotion_rows('20000', 1536) between 5000 and 10000 and prosa._promotion_rows('20000', 8) between 30000 and 40000, 'of others as many as cost the same');
select is(prosa._promotion_rows('"many"', 384), 20000::bigint, 'what is no number is as none');
select is(prosa._promotion_rows(null, 384), 20000::bigint, 'and without one it is 20,000');
select is(pg_temp.spaces(), '{"promoted": 0, "demoted": 0, "reindexed": 0}'::jsonb, 'small spaces stay where they are');
select prosa.set_tenant_setting(:'sorriso', 'embedding_promotion_rows', '300') \g /dev/null

-- ---------------------------------------------------------------- promotion
select pg_temp.same(:'sorriso', :'space', 20, 'the shared segment is searched exactly');
select is(pg_temp.spaces() -> 'promoted', '1', 'a space that is large by the tenant''s setting is promoted');
select is((select placement from prosa.embedding_spaces where id = :'space'), 'own', 'it has a place of its own');
select is((select placement from prosa.embedding_spaces where id = :'other'), 'shared', 'another tenant''s has not');
select is(pg_temp.where_it_lies(:'space'), 'own 600', 'all of its vectors are there, and nowhere else');
select is(pg_temp.where_it_lies(:'other'), 'shared 600', 'the others stayed');
select is_empty('select * from prosa.embedding_moves', 'nothing waits');
select is(pg_temp.spaces() - 'postponed', '{"promoted": 0, "demoted": 0, "reindexed": 0}'::jsonb, 'it is promoted once');
select is((select inhparent::regclass from pg_inherits where inhrelid = pg_temp.segment(:'space')), 'prosa.embeddings', 'the segment is a partition of embeddings');
select ok((select relrowsecurity and relforcerowsecurity from pg_class where oid = pg_temp.segment(:'space')), 'under forced row security');
select is((select relowner::regrole::text from pg_class where oid = pg_temp.segment(:'space')), 'prosa_owner', 'of prosa_owner');
select is_empty(format('select a from pg_class c cross join aclexplode(c.relacl) a where c.oid = %L::regclass and a.grantee <> c.relowner', pg_temp.segment(:'space')), 'with no grants of its own');
select set_eq(format('select polname::text from pg_policy where polrelid = %L::regclass', pg_temp.segment(:'space')),
              $$ select polname::text from pg_policy where polrelid = 'prosa.embeddings_shared'::regclass $$, 'with the policies of the shared one');
select isnt(obj_description(pg_temp.segment(:'space')), null, 'and a comment');
select is((select count(*)::integer from pg_constraint where conrelid = pg_temp.segment(:'space') and conparentid <> 0), 2, 'its primary and foreign key are those of embeddings');
select is((select count(*)::integer from pg_inherits h join pg_index i on i.indexrelid = h.inhrelid where i.indrelid = pg_temp.segment(:'space')), 3, 'so are its indexes');
select matches((select pg_get_indexdef(indexrelid) from pg_index where indrelid = pg_temp.segment(:'space') and indexprs is not null), 'USING hnsw .*halfvec\(8\).* halfvec_cosine_ops', 'but for the one of vectors in half precision');
select is_empty($$ select * from prosa.lint() where level <> 'INFO' $$, 'lint() finds nothing wrong');

-- ---------------------------------------------------------------- search
create function pg_temp.plan_of(p_query text) returns text language plpgsql as $$
declare
    v_line text;
    v_plan text := '';
begin
    for v_line in execute 'explain ' || p_query loop v_plan := v_plan || v_line; end loop;
    return v_plan;
end
$$;
select pg_temp.same(:'sorriso', :'space', 20, 'a large space is searched as well');
select pg_temp.same(:'sorriso', :'space', 600, 'to the last row');
select pg_temp.same(:'sorriso', :'space', 30, 'by kind', '{memory}');
select pg_temp.same(:'sorriso', :'space', 60, 'by contact, all of it', p_contact_id => '00000000-0000-4000-8000-000000000003');
select pg_temp.same(:'sorriso', :'space', 25, 'by time', p_from => now() - interval '100 minutes', p_to => now() - interval '20 minutes');
select pg_temp.same(:'sorriso', :'space', 10, 'by all three', '{message}', '00000000-0000-4000-8000-000000000003', now() - interval '500 minutes', now() - interval '20 minutes');
select pg_temp.same(:'harbor', :'other', 10, 'the shared segment by all three', '{message}', '00000000-0000-4000-8000-000000000003', now() - interval '500 minutes', now() - interval '20 minutes');
select pg_temp.same(:'harbor', :'other', 25, 'and by time', p_from => now() - interval '100 minutes', p_to => now() - interval '20 minutes');
select is_empty(format('select * from prosa._nearest(%L, %L, %L, %L, 5, gen_random_uuid())', :'sorriso', :'space', '{message,memory}', '[1,1,1,1,1,1,1,1]'), 'a contact without vectors has none');
select is_empty(format('select * from prosa._nearest(%L, %L, %L, %L, 5)', :'harbor', :'space', '{message,memory}', '[1,1,1,1,1,1,1,1]'), 'a space is not searched for another tenant');
select is_empty(format($$ select n from generate_series(1, 600, 13) n where (select count(*) from prosa._nearest(%L, %L, '{message,memory}', pg_temp.vector_of(8), n)) <> n $$, :'sorriso', :'space'), 'never fewer than asked for');
set local hnsw.ef_search = 41;
select count(*) from prosa._nearest(:'sorriso', :'space', '{message}', '[1,1,1,1,1,1,1,1]', 5) \g /dev/null
select is(current_setting('hnsw.ef_search') || ' ' || current_setting('hnsw.iterative_scan'), '41 off', 'the session''s settings are its own afterwards');
select pg_temp.segment(:'space') as segment \gset
select pg_temp.as_app(:'harbor');
select is((select count(distinct tenant_id)::integer from prosa.embeddings), 1, 'an application sees its own vectors only');
select throws_ok('select * from ' || :'segment', '42501', null, 'and no partition');
select pg_temp.reset_role();

-- ---------------------------------------------------------------- writing
select pg_temp.new_conversation(:'sorriso') as conversation \gset
select pg_temp.say(:'sorriso', :'conversation', 'um recado') as message \gset
select pg_temp.embed_as(:'sorriso', :'message', '[9,9,9,9,0,0,0,0]') \g /dev/null
select is((select tableoid::regclass from prosa.embeddings where item_id = :'message'), pg_temp.segment(:'space'), 'what is embedded now goes to the space''s own segment');
select is((select contact_id from prosa.embeddings where item_id = :'message'), (select contact_id from prosa.conversations where id = :'conversation'), 'with its contact');
select pg_temp.as_app(:'sorriso');
select results_eq($$ select text, round(similarity_score::numeric, 4) from prosa.semantic_search(prosa.current_tenant_id(), '[1,1,1,1,0,0,0,0]', 1) $$, $$ values ('um recado', 1.0000) $$,
                  'and is found, though the vectors of messages that are gone come after it');
select is((select count(*)::integer from prosa.semantic_search(prosa.current_tenant_id(), '[-1,-1,-1,-1,0,0,0,0]', 5, -1)), 1, 'also when they come before it');
select is((select count(*)::integer from prosa.semantic_search(prosa.current_tenant_id(), '[1,1,1,1,0,0,0,0]', 5, -1, p_contact_id => (select contact_id from prosa.conversations))), 1, 'by contact');
select is((select count(*)::integer from prosa.semantic_search(prosa.current_tenant_id(), '[1,1,1,1,0,0,0,0]', 5, -1, p_to => now() - interval '1 hour')), 0, 'and by time');
select prosa.delete_message(id, created_at) from prosa.messages where id = :'message' \g /dev/null
select is_empty('select * from prosa.semantic_search(prosa.current_tenant_id(), ''[1,1,1,1,0,0,0,0]'', 5)', 'until it is deleted');
select pg_temp.reset_role();
select is_empty(format('select * from prosa.embeddings where item_id = %L', :'message'), 'with its vector');

-- ---------------------------------------------------------------- written between the copy and the switch
select prosa.set_tenant_setting(:'harbor', 'embedding_promotion_rows', '300') \g /dev/null
select prosa._build_segment(:'harbor', :'other', true) \g /dev/null
select is(pg_temp.where_it_lies(:'other'), 'shared 600', 'a copy is seen by nobody');
select is_empty($$ select * from prosa.lint() where level <> 'INFO' $$, 'nor found wrong');
create temporary table item as select item_id, row_number() over (order by item_id) as n from prosa.embeddings where space_id = :'other';
delete from prosa.embeddings e using item i where e.item_id = i.item_id and i.n <= 10;
update prosa.embeddings e set embedding = '[7,7,7,7,7,7,7,7]' from item i where e.item_id = i.item_id and i.n = 11;
update prosa.embeddings e set contact_id = null from item i where e.item_id = i.item_id and i.n = 12;
insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, embedding) values (:'harbor', :'other', 'memory', gen_random_uuid(), now(), '[8,8,8,8,8,8,8,8]');
create temporary table before as select kind, item_id, item_created_at, contact_id, embedding from prosa.embeddings where space_id = :'other';
select prosa._switch_segment(:'harbor', :'other') \g /dev/null
select is(pg_temp.where_it_lies(:'other'), 'own 591, shared 591', 'after the switch the former rows wait to be removed');
select set_eq(format('select kind, item_id, item_created_at, contact_id, embedding::text from %s', pg_temp.segment(:'other')), 'select kind, item_id, item_created_at, contact_id, embedding::text from before', 'what was inserted, changed and deleted after the copy is so in the copy');
select pg_temp.same(:'harbor', :'other', 20, 'nothing is found twice');
select is(pg_temp.spaces() ->> 'promoted', '0', 'the next run');
select is(pg_temp.where_it_lies(:'other'), 'own 591', 'removes them');

-- ---------------------------------------------------------------- and back
select pg_temp.segment(:'space') as former \gset
delete from prosa.embeddings where space_id = :'space' and (tenant_id, item_id) in (select tenant_id, item_id from prosa.embeddings where space_id = :'space' order by item_id limit 250);
select is(pg_temp.spaces() ->> 'demoted', '0', 'a space that is a little smaller than that at which it went stays');
delete from prosa.embeddings where space_id = :'space' and (tenant_id, item_id) in (select tenant_id, item_id from prosa.embeddings where space_id = :'space' order by item_id limit 210);
select is(pg_temp.spaces() ->> 'demoted', '1', 'one of less than half goes back');
select is((select placement from prosa.embedding_spaces where id = :'space'), 'shared', 'to the shared segment');
select is((select count(*)::integer from prosa.embeddings_shared where space_id = :'space'), 140, 'with all it has');
select pg_temp.same(:'sorriso', :'space', 20, 'where it is searched exactly');
select isnt(to_regclass(:'former'), null, 'its partition stays for a minute, for searches that began before');
select is(pg_temp.spaces() ->> 'demoted', '0', 'not counted twice');
update prosa.embedding_moves set switched_at = now() - interval '2 minutes';
select pg_temp.spaces() \g /dev/null
select is(to_regclass(:'former'), null, 'then it is dropped');
select is_empty('select * from prosa.embedding_moves', 'and nothing waits');

-- ---------------------------------------------------------------- by every distance, and of every size
select prosa.set_config_value('embedding_promotion_rows', '50') \g /dev/null
select pg_temp.new_tenant('product') as product, pg_temp.new_tenant('euclid') as euclid, pg_temp.new_tenant('wide') as wide, pg_temp.new_tenant('thin') as thin \gset
select pg_temp.new_space(:'product', 300, 16, 'inner_product') as product_space, pg_temp.new_space(:'euclid', 300, 16, 'l2') as euclid_space,
       pg_temp.new_space(:'wide', 30, 4000) as wide_space, pg_temp.new_space(:'thin', 300, 1, 'l2') as thin_space \gset
select pg_temp.same(:'product', :'product_space', 15, 'inner product, exactly');
select pg_temp.same(:'euclid', :'euclid_space', 15, 'l2, exactly');
select is(pg_temp.spaces() ->> 'promoted', '4', 'the platform''s setting holds for the other tenants');
select pg_temp.same(:'product', :'product_space', 15, 'inner product, by index');
select pg_temp.same(:'euclid', :'euclid_space', 15, 'l2, by index');
select pg_temp.same(:'wide', :'wide_space', 15, '4,000 dimensions');
select pg_temp.same(:'thin', :'thin_space', 15, 'one dimension');
select is(prosa._similarity('cosine', 0.25), 0.75::float8, 'similarity is the cosine');
select is(prosa._similarity('inner_product', -3), 3::float8, 'the inner product');
select is(prosa._similarity('l2', 3), 0.25::float8, 'or one over one and the distance');

-- ---------------------------------------------------------------- what is left behind
select prosa._build_segment(:'harbor', :'other', true) \g /dev/null
select prosa._segment_table(to_segment_id) as copy from prosa.embedding_moves where space_id = :'other' \gset
update prosa.embedding_moves set built_table = 1 where space_id = :'other';
select pg_temp.spaces() as report \gset
select is(to_regclass('prosa.' || :'copy'), null, 'a copy that came from another server is given up');
select is((select count(*)::integer from prosa.embeddings where space_id = :'other'), 591, 'and the space is as it was');
select pg_temp.segment(:'thin_space') as stray \gset
delete from prosa.embedding_spaces where id = :'thin_space';
select pg_temp.spaces() \g /dev/null
select is(to_regclass(:'stray'), null, 'the partition of a space that is no more is dropped');
select prosa._build_segment(:'harbor', :'other', true) \g /dev/null
select throws_ok(format('select prosa._begin_reindex(%L, %L)', :'harbor', :'other'), '55P03', null, 'a space that is being moved is not reindexed');
select is(pg_temp.spaces() ->> 'reindexed', '1', 'a new copy of a large space takes the place of the old one');
select pg_temp.same(:'harbor', :'other', 20, 'and is searched');
select throws_ok(format('select prosa._begin_reindex(%L)', :'sorriso'), '42883', null, 'reindexing asks for both');
select throws_ok(format('select prosa._begin_reindex(%L, null)', :'oficina'), 'P0002', null, 'a space without an index is not reindexed');
select throws_ok(format('call prosa.reindex_embeddings(%L)', :'harbor'), null, null, 'nor one inside a transaction block');
select throws_ok('call prosa.place_embeddings()', '2D000', null, 'place_embeddings() commits, so it is for outside a transaction block');

-- ---------------------------------------------------------------- monitoring
select results_eq(format('select vectors, is_valid, distance from prosa.embedding_index_health where space_id = %L', :'euclid_space'), $$ values (300::bigint, true, 'l2') $$, 'the health of an index is seen');
select results_eq(format('select queries, recall, short_answers, placement from prosa.probe_embedding_recall(%L, 10)', :'euclid'), $$ values (10, 1::float8, 0, 'own') $$, 'its recall is measured');
select is((select recall from prosa.probe_embedding_recall(:'sorriso', 3)), 1::float8, 'that of a shared space is 1');
select is_empty(format('select * from prosa.probe_embedding_recall(%L)', :'oficina'), 'without a space there is none');
select throws_ok(format('select * from prosa.probe_embedding_recall(%L, 0)', :'oficina'), '22023', null, 'a probe needs a sample');
select ok((select ok from prosa.doctor() where check_name = 'embedding indexes'), 'doctor() finds the indexes well');
update prosa.embedding_moves set switched_at = now() - interval '2 days';
select ok((select not ok from prosa.doctor() where check_name = 'embedding indexes'), 'and a move that does not end not');
select pg_temp.say(:'harbor', pg_temp.new_conversation(:'harbor'), 'não') as missing, pg_temp.say(:'harbor', pg_temp.new_conversation(:'harbor'), '!?') as wordless, pg_temp.say(:'harbor', pg_temp.new_conversation(:'harbor'), 'sim') as done \gset
select pg_temp.embed_as(:'harbor', :'done', '[1,1,1,1,1,1,1,1]') \g /dev/null
select results_eq(format($$ select items, embedded, percent from prosa.embedding_coverage where tenant_id = %L and kind = 'message' $$, :'harbor'), $$ values (2::bigint, 1::bigint, 50.0) $$, 'coverage counts what has a word, and a vector');

select * from finish();
rollback;
