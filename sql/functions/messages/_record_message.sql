create or replace function prosa._record_message(
    p_tenant_id uuid,
    p_conversation_id uuid,
    p_role text,
    p_content text,
    p_external_id text,
    p_created_at timestamptz,
    p_input_tokens integer,
    p_output_tokens integer,
    p_model text,
    p_agent_type text,
    p_sender_name text,
    p_media_url text,
    p_tool_calls jsonb,
    p_metadata jsonb)
    returns table (message_id uuid, created_at timestamptz, message_index bigint, is_duplicate boolean)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_conversation record;
    v_search_text tsvector;
begin
    perform prosa._require_tenant(p_tenant_id);
    perform prosa._check_message(p_role, p_content, p_created_at, p_metadata);
    created_at := coalesce(p_created_at, now());
    message_id := prosa._uuid_v7(created_at);
    is_duplicate := false;
    p_external_id := nullif(p_external_id, '');   -- a sender without ids often sends empty ones

    select c.inbox_id, c.contact_id into v_conversation from prosa.conversations c
     where c.tenant_id = p_tenant_id and c.id = p_conversation_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the current tenant has no such conversation',
            hint = 'Create it with prosa.get_or_create_conversation(inbox_id, contact_id).';
    end if;

    -- the costly part before any row is locked
    v_search_text := prosa._search_text(prosa._tenant_language(p_tenant_id), p_sender_name, p_content);

    -- the ledger first: a redelivery ends here, before it takes an index
    if p_external_id is not null then
        insert into prosa.message_ledger (tenant_id, inbox_id, external_id, message_id, created_at)
        values (p_tenant_id, v_conversation.inbox_id, p_external_id, message_id, created_at)
        on conflict on constraint message_ledger_pkey do nothing;
        if not found then
            return query select * from prosa._recorded_message(p_tenant_id, v_conversation.inbox_id, p_external_id);
            return;
        end if;
    end if;

    update prosa.conversations c
       set last_message_index = c.last_message_index + 1,
           last_message_at = greatest(c.last_message_at, _record_message.created_at),
           last_role = p_role,
           agent_type = coalesce(p_agent_type, c.agent_type)
     where c.tenant_id = p_tenant_id and c.id = p_conversation_id
    returning c.last_message_index into message_index;

    insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content,
        sender_name, external_id, media_url, agent_type, model, input_tokens, output_tokens, tool_calls, metadata, search_text)
    values (p_tenant_id, created_at, message_id, p_conversation_id, v_conversation.inbox_id, v_conversation.contact_id,
        message_index, p_role, p_content, p_sender_name, p_external_id, p_media_url, p_agent_type, p_model,
        coalesce(p_input_tokens, 0), coalesce(p_output_tokens, 0), p_tool_calls, coalesce(p_metadata, '{}'),
        v_search_text);
    return next;
end
$$;
comment on function prosa._record_message(uuid, uuid, text, text, text, timestamptz, integer, integer, text, text, text, text, jsonb, jsonb) is
'record_message() for a tenant, which must be the current one.';
