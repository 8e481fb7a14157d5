create or replace function prosa._upsert_memory(p_tenant_id uuid, p_contact_id uuid, p_kind text, p_content text, p_metadata jsonb)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_natural_key text := coalesce(p_metadata ->> 'key', encode(sha256(convert_to(p_content, 'UTF8')), 'hex'));
    v_search_text tsvector := prosa._search_text(prosa._tenant_language(p_tenant_id), null, p_content);
    v_memory record;
begin
    perform prosa._require_tenant(p_tenant_id);
    select m.id, m.content into v_memory from prosa.memory_chunks m
     where m.tenant_id = p_tenant_id and m.contact_id is not distinct from p_contact_id and m.kind = p_kind
       and m.natural_key = v_natural_key
       for no key update;
    insert into prosa.memory_chunks as m (tenant_id, id, contact_id, kind, natural_key, content, metadata, search_text)
    values (p_tenant_id, prosa._uuid_v7(now()), p_contact_id, p_kind, v_natural_key, p_content, coalesce(p_metadata, '{}'), v_search_text)
    on conflict on constraint memory_chunks_natural_key do update
       set content = excluded.content, metadata = excluded.metadata, search_text = excluded.search_text, updated_at = now()
    returning m.id, m.created_at, v_memory.content is distinct from m.content as is_new into v_memory;

    if v_memory.is_new then
        insert into prosa.embedding_queue as q (tenant_id, kind, item_id, item_created_at)
        values (p_tenant_id, 'memory', v_memory.id, v_memory.created_at)
        on conflict on constraint embedding_queue_pkey do update
           set attempts = 0, enqueued_at = clock_timestamp(), available_at = now(), failed_at = null, last_error = null;
    end if;
    return v_memory.id;
end
$$;
comment on function prosa._upsert_memory(uuid, uuid, text, text, jsonb) is 'upsert_memory() for a tenant, which must be the current one.';
