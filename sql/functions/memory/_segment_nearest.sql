create or replace function prosa._segment_nearest(
    p_tenant_id uuid,
    p_space_id uuid,
    p_segment_id uuid,
    p_dimensions integer,
    p_kinds text[],
    p_embedding @extschema:vector@.vector,
    p_limit integer,
    p_distance text,
    p_ef_search integer,
    p_contact_id uuid,
    p_from timestamptz,
    p_to timestamptz)
    returns table (kind text, item_id uuid, item_created_at timestamptz, distance double precision)
    language plpgsql volatile parallel unsafe security definer rows 20
    set search_path = pg_catalog, prosa, pg_temp
    -- the index goes on until enough rows pass the filters; their order is made right below
    set hnsw.iterative_scan = relaxed_order
    -- where the clause stands, what is set within ends with the function
    set hnsw.ef_search = 200
    set hnsw.scan_mem_multiplier = 8
    set max_parallel_workers_per_gather = 0
    set jit = off
as $$
#variable_conflict use_column
declare
    v_operator constant text := case p_distance when 'cosine' then '<=>' when 'inner_product' then '<#>' else '<->' end;
    -- of what the index takes for the nearest, by vectors in half precision, a few more are compared exactly
    v_candidates constant integer := p_limit + greatest(p_limit / 2, 20);
    -- a query of the one table: planned for these values, in which the planner sees whether the filters leave so few rows that it
    -- is better to compare them all
    v_rows constant text := format(
        'from prosa.%I e where e.tenant_id = $2 and e.space_id = $3 and e.kind = any ($4)', prosa._segment_table(p_segment_id))
        || case when p_contact_id is not null then ' and e.contact_id = $5' else '' end
        || case when p_from is not null then ' and e.item_created_at >= $6' else '' end
        || case when p_to is not null then ' and e.item_created_at < $7' else '' end;
    v_hit_kinds text[];
    v_hit_ids uuid[];
    v_hit_times timestamptz[];
    v_hit_distances double precision[];
begin
    if to_regclass(format('prosa.%I', prosa._segment_table(p_segment_id))) is null then
        raise exception using
            errcode = 'serialization_failure',
            message = 'the space was moved since this transaction began',
            hint = 'Repeat the transaction.';
    end if;
    perform set_config('hnsw.ef_search', p_ef_search::text, true);
    execute format(
        'select array_agg(h.kind), array_agg(h.item_id), array_agg(h.item_created_at), array_agg(h.distance)
           from (select n.kind, n.item_id, n.item_created_at, n.embedding operator(@extschema:vector@.%1$s) $1 as distance
                   from (select e.kind, e.item_id, e.item_created_at, e.embedding %2$s
                          order by e.embedding::@extschema:vector@.halfvec(%3$s) operator(@extschema:vector@.%1$s) $1::@extschema:vector@.halfvec(%3$s)
                          limit $8) n
                  order by distance, n.item_id limit $9) h', v_operator, v_rows, p_dimensions)
       into v_hit_kinds, v_hit_ids, v_hit_times, v_hit_distances
      using p_embedding, p_tenant_id, p_space_id, p_kinds, p_contact_id, p_from, p_to, v_candidates, p_limit;
    if coalesce(cardinality(v_hit_ids), 0) = p_limit then
        return query select * from unnest(v_hit_kinds, v_hit_ids, v_hit_times, v_hit_distances);
    else
        -- the index gave up before that many had passed, or there are no more: all are compared
        return query execute format(
            'select e.kind, e.item_id, e.item_created_at, e.embedding operator(@extschema:vector@.%s) $1 as distance %s
              order by distance, e.item_id limit $8', v_operator, v_rows)
          using p_embedding, p_tenant_id, p_space_id, p_kinds, p_contact_id, p_from, p_to, p_limit;
    end if;
end
$$;
comment on function prosa._segment_nearest(uuid, uuid, uuid, integer, text[], @extschema:vector@.vector, integer, text, integer, uuid, timestamptz, timestamptz) is
'The items of a space in a segment of its own that are nearest to an embedding: by its HNSW index, put in order by the vectors themselves; as many as p_limit whenever that many pass the filters.';
