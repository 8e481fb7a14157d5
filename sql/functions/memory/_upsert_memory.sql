create or replace function prosa._upsert_memory(
    p_tenant_id uuid,
    p_contact_id uuid,
    p_kind text,
    p_content text,
    p_metadata jsonb,
    p_importance real default null,
    p_expires_at timestamptz default null)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_natural_key text := coalesce(p_metadata ->> 'key', encode(sha256(convert_to(p_content, 'UTF8')), 'hex'));
    v_search_text tsvector := prosa._search_text(prosa._tenant_language(p_tenant_id), null, p_content);
    v_before record;
    v_id uuid;
begin
    perform prosa._require_tenant(p_tenant_id);
    select m.content, m.expires_at into v_before from prosa.memory_chunks m
     where m.tenant_id = p_tenant_id and m.contact_id is not distinct from p_contact_id and m.kind = p_kind
       and m.natural_key = v_natural_key
       for no key update;
    insert into prosa.memory_chunks as m (tenant_id, id, contact_id, kind, natural_key, content, metadata, importance, expires_at, search_text)
    values (p_tenant_id, prosa._uuid_v7(now()), p_contact_id, p_kind, v_natural_key, p_content, coalesce(p_metadata, '{}'),
            coalesce(p_importance, 0.5), p_expires_at, v_search_text)
    on conflict on constraint memory_chunks_natural_key do update
       set content = excluded.content, metadata = excluded.metadata, search_text = excluded.search_text,
           importance = coalesce(p_importance, m.importance), expires_at = excluded.expires_at, updated_at = now()
    returning m.id into v_id;
    -- what had expired may have left the queue without a vector
    if v_before.content is distinct from p_content or v_before.expires_at <= now() then
        perform prosa._queue_memories(p_tenant_id, array[v_id]);
        perform prosa._drop_memory_vectors(p_tenant_id, array[v_id]);
    end if;
    return v_id;
end
$$;
comment on function prosa._upsert_memory(uuid, uuid, text, text, jsonb, real, timestamptz) is 'upsert_memory() for a tenant, which must be the current one.';
