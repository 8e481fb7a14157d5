create or replace function prosa._tuned_ef_search(
    p_tenant_id uuid,
    p_space_id uuid,
    p_segment_id uuid,
    p_dimensions integer,
    p_distance text,
    p_queries @extschema:vector@.vector[])
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_kinds constant text[] := array['message', 'memory'];
    c_limit constant integer := 10;
    c_steps constant integer[] := array[100, 150, 200, 300, 400, 600, 1000];
    v_operator constant text := case p_distance when 'cosine' then '<=>' when 'inner_product' then '<#>' else '<->' end;
    v_query @extschema:vector@.vector;
    v_farthest double precision[];
    v_distance double precision;
    v_there bigint := 0;
    v_count bigint;
    v_step integer;
    v_found bigint;
begin
    -- how far the tenth is, by comparing all
    foreach v_query in array p_queries loop
        execute format('select max(x.distance), count(*) from (select e.embedding operator(@extschema:vector@.%s) $1 as distance from prosa.%I e order by distance limit $2) x',
                       v_operator, prosa._segment_table(p_segment_id))
           into v_distance, v_count using v_query, c_limit;
        v_farthest := v_farthest || v_distance;
        v_there := v_there + v_count;
    end loop;
    foreach v_step in array c_steps loop
        select coalesce(sum(x.found), 0) into v_found
          from unnest(p_queries, v_farthest) q (query, farthest)
         cross join lateral (
                select count(*) as found
                  from prosa._segment_nearest(p_tenant_id, p_space_id, p_segment_id, p_dimensions, c_kinds, q.query,
                           c_limit, p_distance, v_step, null, null, null) n
                 where n.distance <= q.farthest) x;
        exit when v_found >= 0.99 * v_there;
    end loop;
    -- one step more: other queries than these find a little less
    return coalesce(c_steps[array_position(c_steps, v_step) + 1], v_step);
end
$$;
comment on function prosa._tuned_ef_search(uuid, uuid, uuid, integer, text, @extschema:vector@.vector[]) is
'How many candidates a search of an index shall keep: a step more than finds 99 % of the ten nearest to some queries, which are better not in it; 1,000 at most, which is pgvector''s limit.';
