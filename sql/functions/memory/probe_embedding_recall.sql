create or replace function prosa.probe_embedding_recall(
    tenant_id uuid,
    sample_size integer default 20,
    p_limit integer default 10)
    returns table (space_id uuid, placement text, queries integer, recall double precision, short_answers integer,
                   search_ms double precision, exact_ms double precision)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    c_kinds constant text[] := array['message', 'memory'];
    v_space record;
    v_query @extschema:vector@.vector;
    v_began timestamptz;
    v_exact double precision[];
    v_found double precision[];
begin
    if sample_size is null or sample_size not between 1 and 1000 or p_limit is null or p_limit not between 1 and 1000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'sample_size and p_limit must be between 1 and 1000';
    end if;
    select s.id, s.segment_id, s.distance, s.placement into v_space from prosa.embedding_spaces s
     where s.tenant_id = probe_embedding_recall.tenant_id and s.status = 'active';
    if not found then
        return;
    end if;
    space_id := v_space.id;
    placement := v_space.placement;
    queries := 0;
    recall := 0;
    short_answers := 0;
    search_ms := 0;
    exact_ms := 0;
    for v_query in
        select e.embedding from prosa.embeddings e
         where e.tenant_id = probe_embedding_recall.tenant_id and e.space_id = v_space.id and e.segment_id = v_space.segment_id
         order by random() limit sample_size
    loop
        v_began := clock_timestamp();
        select array_agg(n.similarity) into v_found
          from prosa._nearest(probe_embedding_recall.tenant_id, v_space.id, c_kinds, v_query, p_limit) n;
        search_ms := search_ms + extract(epoch from clock_timestamp() - v_began) * 1000;
        v_began := clock_timestamp();
        -- without an index of halfvec, which this is not ordered by
        select array_agg(x.similarity) into v_exact
          from (select prosa._similarity(v_space.distance, case v_space.distance
                           when 'cosine' then e.embedding operator(@extschema:vector@.<=>) v_query
                           when 'inner_product' then e.embedding operator(@extschema:vector@.<#>) v_query
                           else e.embedding operator(@extschema:vector@.<->) v_query end) as similarity
                  from prosa.embeddings e
                 where e.tenant_id = probe_embedding_recall.tenant_id and e.space_id = v_space.id and e.segment_id = v_space.segment_id
                   and e.kind = any (c_kinds)
                 order by similarity desc limit p_limit) x;
        exact_ms := exact_ms + extract(epoch from clock_timestamp() - v_began) * 1000;
        queries := queries + 1;
        short_answers := short_answers + (cardinality(v_found) < cardinality(v_exact))::integer;
        -- by similarity: of two that are as near, either will do
        recall := recall + (select count(*) from unnest(v_found) f (similarity)
                             where f.similarity >= v_exact[cardinality(v_exact)])::double precision / cardinality(v_exact);
    end loop;
    if queries > 0 then
        recall := recall / queries;
        search_ms := search_ms / queries;
        exact_ms := exact_ms / queries;
        return next;
    end if;
end
$$;
comment on function prosa.probe_embedding_recall(uuid, integer, integer) is
'Measures how well a tenant''s active space is searched: takes vectors of it at random as queries and compares what search finds with what comparing all vectors finds. Reads the whole space for each query.
sample_size: queries, 1 to 1000. p_limit: nearest vectors a query, 1 to 1000.
Result: recall, 0 to 1, the mean share of the nearest that was found (1 for a shared space); short_answers, how many had fewer rows than there are; search_ms and exact_ms, mean milliseconds of either way. No row while nothing is embedded.
Errors: 22023 parameter out of range.
Example: select recall, search_ms, exact_ms from prosa.probe_embedding_recall(:tenant_id);';
