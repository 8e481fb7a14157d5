create or replace function prosa._tuned_ef_search(p_tenant_id uuid, p_space_id uuid, p_segment_id uuid, p_dimensions integer, p_distance text)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_kinds constant text[] := array['message', 'memory'];
    c_limit constant integer := 11;
    c_steps constant integer[] := array[100, 150, 200, 300, 400, 600, 1000];
    v_operator constant text := case p_distance when 'cosine' then '<=>' when 'inner_product' then '<#>' else '<->' end;
    v_query @extschema:vector@.vector;
    v_queries @extschema:vector@.vector[];
    v_farthest double precision[];
    v_distance double precision;
    v_step integer;
    v_found bigint;
begin
    -- the eleventh nearest of some vectors, which are the nearest themselves, by comparing all
    for v_query in execute format('select e.embedding from prosa.%I e order by random() limit 30', prosa._segment_table(p_segment_id)) loop
        execute format('select max(x.distance) from (select e.embedding operator(@extschema:vector@.%s) $1 as distance from prosa.%I e order by distance limit $2) x',
                       v_operator, prosa._segment_table(p_segment_id))
           into v_distance using v_query, c_limit;
        v_queries := v_queries || v_query;
        v_farthest := v_farthest || v_distance;
    end loop;
    foreach v_step in array c_steps loop
        select coalesce(sum(x.found), 0) into v_found
          from unnest(v_queries, v_farthest) q (query, farthest)
         cross join lateral (
                select count(*) as found
                  from prosa._segment_nearest(p_tenant_id, p_space_id, p_segment_id, p_dimensions, c_kinds, q.query,
                           c_limit, p_distance, v_step, null, null, null) n
                 where n.distance <= q.farthest) x;
        exit when v_found >= 0.99 * c_limit * cardinality(v_queries);
    end loop;
    return v_step;
end
$$;
comment on function prosa._tuned_ef_search(uuid, uuid, uuid, integer, text) is
'How many candidates a search of a new index has to keep to find 99 % of what is nearest, measured with thirty of its vectors; 1,000 at most, which is pgvector''s limit.';
