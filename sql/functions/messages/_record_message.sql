-- Few statements and few expressions, each doing much: PL/pgSQL prepares every one of them anew in every transaction.
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
    p_metadata jsonb,
    p_cached_tokens integer,
    p_last_context text,
    p_api_key text default null)
    returns prosa.recorded_message
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_created_at constant timestamptz := coalesce(p_created_at, now());
    v_id constant uuid := prosa._uuid_v7(v_created_at);
    v_is_usual boolean := p_content is not null
        and jsonb_typeof(coalesce(p_metadata, '{}')) = 'object'
        and p_role in ('user', 'assistant', 'operator', 'system', 'tool')
        and v_created_at between now() - interval '1 day' and now() + interval '1 day'
        and current_setting('transaction_isolation') = 'read committed';
    v_tenant_id uuid;
    v_key_hash bytea;
    v_inbox_id uuid;
    v_contact_id uuid;
    v_language text;
    v_search_text tsvector;
    v_index bigint;
begin
    if v_is_usual and p_api_key is null then
        v_tenant_id := prosa.current_tenant_id();
        select c.inbox_id, c.contact_id, c.language into v_inbox_id, v_contact_id, v_language
          from prosa.conversations c
         where c.tenant_id = v_tenant_id and c.id = p_conversation_id
           and coalesce(p_tenant_id, v_tenant_id) = v_tenant_id;
    elsif v_is_usual then
        v_tenant_id := prosa._claimed_tenant(p_api_key);
        v_key_hash := prosa._key_hash(p_api_key);
        select c.inbox_id, c.contact_id, c.language into v_inbox_id, v_contact_id, v_language
          from prosa.valid_api_keys k
          join prosa.conversations c on c.tenant_id = k.tenant_id and c.id = p_conversation_id
         where k.tenant_id = v_tenant_id and k.key_hash = v_key_hash and 'api' = any (k.scopes) and k.is_use_known;
    end if;
    v_is_usual := found;
    if p_role = 'assistant' then
        v_is_usual := v_is_usual and not exists (select from prosa.quota_blocks b where b.tenant_id = v_tenant_id and b.until > now());
    end if;
    if not v_is_usual then
        -- refused, unusual, or a snapshot that may be older than the ledger
        v_tenant_id := case when p_api_key is null then prosa._require_tenant(p_tenant_id) else prosa._key_tenant(p_api_key) end;
        perform prosa._check_message(v_tenant_id, p_conversation_id, p_role, p_content, p_created_at, p_metadata, p_external_id);
        select c.inbox_id, c.contact_id, c.language into v_inbox_id, v_contact_id, v_language
          from prosa.conversations c
         where c.tenant_id = v_tenant_id and c.id = p_conversation_id;
    end if;

    -- The outbox before the conversation: a redelivery ends here, before it takes an index.
    insert into prosa.message_outbox (tenant_id, inbox_id, external_id, message_id, created_at, role, agent_type, model,
        input_tokens, output_tokens, cached_tokens)
    values (v_tenant_id, v_inbox_id, coalesce(nullif(p_external_id, ''), v_id::text), v_id, v_created_at, p_role, p_agent_type, p_model,
        coalesce(p_input_tokens, 0), coalesce(p_output_tokens, 0), coalesce(p_cached_tokens, 0))
    on conflict on constraint message_outbox_pkey do nothing;
    if not found then
        return prosa._recorded_message(v_tenant_id, v_inbox_id, p_external_id);
    end if;
    if not v_is_usual then
        if not prosa._enter_ledger(v_tenant_id, v_inbox_id, nullif(p_external_id, ''), v_id, v_created_at) then
            delete from prosa.message_outbox o where o.tenant_id = v_tenant_id and o.inbox_id = v_inbox_id and o.external_id = p_external_id;
            return prosa._recorded_message(v_tenant_id, v_inbox_id, p_external_id);
        end if;
    end if;
    -- the costly part before the conversation is locked
    v_search_text := prosa._search_text(v_language, p_sender_name, p_content);

    -- Now what had left the outbox for the ledger before our row went in is committed, and this statement sees it.
    update prosa.conversations c
       set last_message_index = c.last_message_index + 1,
           messages_since = least(c.messages_since, v_created_at),
           last_message_at = greatest(c.last_message_at, v_created_at),
           last_role = p_role,
           last_context = coalesce(p_last_context, c.last_context),
           agent_type = coalesce(p_agent_type, c.agent_type),
           unread_count = case p_role when 'user' then c.unread_count + 1 when 'operator' then 0 else c.unread_count end,
           unanswered_count = case when p_role = 'user' then c.unanswered_count + 1
                                   when p_role in ('assistant', 'operator') then 0 else c.unanswered_count end
     where c.tenant_id = v_tenant_id and c.id = p_conversation_id
       and (p_external_id is null or not exists (
               select from prosa.message_ledger l
                where l.tenant_id = v_tenant_id and l.inbox_id = v_inbox_id and l.external_id = p_external_id and l.message_id <> v_id))
    returning c.last_message_index into v_index;
    if not found then
        delete from prosa.message_outbox o where o.tenant_id = v_tenant_id and o.inbox_id = v_inbox_id and o.external_id = p_external_id;
        return prosa._recorded_message(v_tenant_id, v_inbox_id, p_external_id);
    end if;

    insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content,
        sender_name, external_id, media_url, agent_type, model, input_tokens, output_tokens, cached_tokens, tool_calls, metadata, language,
        search_text, is_posted)
    values (v_tenant_id, v_created_at, v_id, p_conversation_id, v_inbox_id, v_contact_id, v_index, p_role, p_content,
        p_sender_name, nullif(p_external_id, ''), p_media_url, p_agent_type, p_model, coalesce(p_input_tokens, 0), coalesce(p_output_tokens, 0),
        coalesce(p_cached_tokens, 0), p_tool_calls, coalesce(p_metadata, '{}'), v_language, v_search_text, true);
    return (v_id, v_created_at, v_index, false);
end
$$;
comment on function prosa._record_message(uuid, uuid, text, text, text, timestamptz, integer, integer, text, text, text, text, jsonb, jsonb, integer, text, text) is
'record_message() for a tenant, which must be the current one; null means the current one, or the one of p_api_key.';
