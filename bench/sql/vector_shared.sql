-- The usual way: vectors of all tenants in one table with one HNSW index, filtered by tenant. As many rows as the large tenant has, of
-- small tenants, since a larger index takes an hour to build.
create table bench.shared_vectors as
select e.tenant_id, e.item_id, e.embedding::vector(384) as embedding from prosa.embeddings_shared e join bench.vector_spaces v on v.space_id = e.space_id
 where v.number between 1 and :tenants;
create index on bench.shared_vectors (tenant_id);
set maintenance_work_mem = '1GB';
create index shared_vectors_hnsw on bench.shared_vectors using hnsw (embedding vector_cosine_ops);
vacuum analyze bench.shared_vectors;

-- the setting of the iterative scan with which it finds at least 98 % of what is nearest, or the widest one: {max_scan_tuples, recall}
create function bench.shared_setting(p_tenants integer) returns text language plpgsql
    set enable_sort = off set enable_bitmapscan = off set jit = off as $$
declare
    v_tuples integer;
    v_recall float8;
    v_query record;
    v_tenant uuid;
    v_exact uuid[];
    v_sum bigint;
begin
    perform set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.scan_mem_multiplier', '50', true);
    foreach v_tuples in array array[20000, 50000, 100000, 1000000] loop
        perform set_config('hnsw.max_scan_tuples', v_tuples::text, true);
        v_sum := 0;
        for v_query in select q.number, q.embedding from bench.vector_queries q order by q.number limit 20 loop
            select v.tenant_id into v_tenant from bench.vector_spaces v where v.number = 1 + v_query.number % p_tenants;
            select array_agg(n.item_id) into v_exact from prosa._nearest(v_tenant, (select v.space_id from bench.vector_spaces v where v.tenant_id = v_tenant), '{message,memory}', v_query.embedding, 10) n;
            execute 'select count(*) from (select e.item_id from bench.shared_vectors e where e.tenant_id = $1 order by e.embedding <=> $2 limit 10) x where x.item_id = any ($3)'
               into v_recall using v_tenant, v_query.embedding, v_exact;
            v_sum := v_sum + v_recall;
        end loop;
        exit when v_sum >= 0.98 * 200;
    end loop;
    return v_tuples || ' ' || v_sum / 200.0;
end
$$;

-- in a function, for its settings: without them the planner reads the tenant's rows and sorts them
create function bench.shared_nearest(p_tenant integer, p_query integer) returns table (item_id uuid, similarity float8) language plpgsql stable
    set hnsw.iterative_scan = relaxed_order set hnsw.scan_mem_multiplier = 50 set enable_sort = off set enable_bitmapscan = off set jit = off as $$
declare
    v_tenant uuid;
    v_embedding vector;
begin
    select v.tenant_id into v_tenant from bench.vector_spaces v where v.number = p_tenant;
    select q.embedding into v_embedding from bench.vector_queries q where q.number = p_query;
    return query
    select e.item_id, 1 - (e.embedding <=> v_embedding) from bench.shared_vectors e where e.tenant_id = v_tenant order by e.embedding <=> v_embedding limit 10;
end
$$;
