create or replace function prosa._add_file_chunks(p_tenant_id uuid, p_file_id uuid, p_chunks jsonb, p_is_whole boolean)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_file record;
    v_language text := prosa._tenant_language(p_tenant_id);
    v_keys text[];
    v_unchanged uuid[];
    v_changed uuid[];
begin
    perform prosa._require_tenant(p_tenant_id);
    if jsonb_typeof(p_chunks) is distinct from 'array' then
        raise exception using errcode = 'invalid_parameter_value', message = 'chunks must be an array of objects';
    elsif jsonb_array_length(p_chunks) > 20000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('%s chunks are more than the 20,000 of one call', jsonb_array_length(p_chunks)),
            hint = 'Add them in several calls.';
    end if;
    -- one writer of a file at a time
    select f.id, f.name, f.contact_id, f.expires_at into v_file from prosa.client_files f
     where f.tenant_id = p_tenant_id and f.id = p_file_id for no key update;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'the current tenant has no such file';
    end if;
    select array_agg(format('%s:%s:%s', p_file_id, c.page, c.char_offset)) into v_keys
      from jsonb_to_recordset(p_chunks) c (page integer, char_offset integer);
    if cardinality(v_keys) > (select count(distinct k) from unnest(v_keys) k) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'two chunks begin at the same page and char_offset',
            hint = 'Each chunk needs a place of its own.';
    end if;
    select array_agg(m.id) into v_unchanged
      from prosa.memory_chunks m
      join jsonb_to_recordset(p_chunks) c (page integer, char_offset integer, content text)
        on c.page = m.page and c.char_offset = m.char_offset and c.content = m.content
     where m.tenant_id = p_tenant_id and m.file_id = p_file_id;
    if p_is_whole then
        delete from prosa.memory_chunks m
         where m.tenant_id = p_tenant_id and m.file_id = p_file_id and m.natural_key <> all (coalesce(v_keys, '{}'));
    end if;
    with put as (
        insert into prosa.memory_chunks as m (tenant_id, id, contact_id, kind, natural_key, content, metadata, expires_at, file_id, page,
            char_offset, search_text)
        select p_tenant_id, prosa._uuid_v7(now()), v_file.contact_id, 'file', format('%s:%s:%s', p_file_id, c.page, c.char_offset), c.content,
               coalesce(c.metadata, '{}'), v_file.expires_at, p_file_id, c.page, c.char_offset,
               prosa._search_text(v_language, v_file.name, c.content)
          from jsonb_to_recordset(p_chunks) c (page integer, char_offset integer, content text, metadata jsonb)
        on conflict on constraint memory_chunks_natural_key do update
           set content = excluded.content, metadata = excluded.metadata, search_text = excluded.search_text, updated_at = now()
         where (m.content, m.metadata) is distinct from (excluded.content, excluded.metadata)
        returning m.id
    )
    select array_agg(p.id) into v_changed from put p where p.id <> all (coalesce(v_unchanged, '{}'));
    if v_changed is not null then
        perform prosa._queue_memories(p_tenant_id, v_changed);
        perform prosa._drop_memory_vectors(p_tenant_id, v_changed);
    end if;
    update prosa.client_files f set status = 'ready', updated_at = now() where f.tenant_id = p_tenant_id and f.id = p_file_id;
    return jsonb_array_length(p_chunks);
end
$$;
comment on function prosa._add_file_chunks(uuid, uuid, jsonb, boolean) is
'add_file_chunks() for a tenant, which must be the current one. p_is_whole: the file''s other chunks go.';
