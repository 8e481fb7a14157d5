create or replace function prosa._index_segment(p_segment_id uuid, p_dimensions integer, p_distance text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_statement constant text := format(
        'create index %I on prosa.%I using hnsw ((embedding::@extschema:vector@.halfvec(%s)) @extschema:vector@.%I) with (m = 24, ef_construction = 128)',
        prosa._segment_table(p_segment_id) || '_hnsw', prosa._segment_table(p_segment_id), p_dimensions,
        case p_distance when 'cosine' then 'halfvec_cosine_ops' when 'inner_product' then 'halfvec_ip_ops' else 'halfvec_l2_ops' end);
    v_memory_before constant text := current_setting('maintenance_work_mem');
    v_workers_before constant text := current_setting('max_parallel_maintenance_workers');
    v_memory constant text := (select c.value #>> '{}' from prosa.system_config c where c.key = 'embedding_index_memory');
begin
    if pg_size_bytes(v_memory_before) < pg_size_bytes(v_memory) then
        perform set_config('maintenance_work_mem', v_memory, true);
    end if;
    begin
        execute v_statement;
    -- parallel workers need it as shared memory, of which containers have little
    exception when insufficient_resources then
        raise notice 'the index is built without parallel workers: %', sqlerrm;
        perform set_config('max_parallel_maintenance_workers', '0', true);
        execute v_statement;
    end;
    perform set_config('maintenance_work_mem', v_memory_before, true), set_config('max_parallel_maintenance_workers', v_workers_before, true);
end
$$;
comment on function prosa._index_segment(uuid, integer, text) is 'Makes the HNSW index of a segment, of vectors in half precision.';
