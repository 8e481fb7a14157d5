create or replace function prosa._add_file_text(p_tenant_id uuid, p_file_id uuid, p_pages text[], p_chunk_size integer, p_overlap integer)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_chunks jsonb;
begin
    perform prosa._require_tenant(p_tenant_id);
    if p_chunk_size is null or p_chunk_size not between 200 and 8000 or p_overlap is null or p_overlap not between 0 and p_chunk_size / 3 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'chunk_size is 200 to 8000 characters, overlap 0 to a third of it';
    elsif p_pages is null or array_ndims(p_pages) > 1 then
        raise exception using errcode = 'invalid_parameter_value', message = 'pages must be an array of texts, one a page';
    elsif (select sum(length(t)) from unnest(p_pages) t) > 10000000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the text has more than 10,000,000 characters',
            hint = 'Split it yourself, and add it with prosa.add_file_chunks() in several calls.';
    end if;
    select coalesce(jsonb_agg(jsonb_build_object('page', p.page, 'char_offset', s.char_offset, 'content', s.content)), '[]') into v_chunks
      from unnest(p_pages) with ordinality p (content, page)
     cross join lateral prosa._split_text(p.content, p_chunk_size, p_overlap) s;
    if jsonb_array_length(v_chunks) > 20000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('the text makes %s chunks, more than 20,000', jsonb_array_length(v_chunks)),
            hint = 'Pass a larger chunk_size, or add it with prosa.add_file_chunks() in several calls.';
    end if;
    perform prosa._add_file_chunks(p_tenant_id, p_file_id, v_chunks, true);
    update prosa.client_files f set page_count = cardinality(p_pages) where f.tenant_id = p_tenant_id and f.id = p_file_id;
    return jsonb_array_length(v_chunks);
end
$$;
comment on function prosa._add_file_text(uuid, uuid, text[], integer, integer) is 'add_file_text() for a tenant, which must be the current one.';
