create or replace function prosa.conversation_history(conversation_id uuid, p_limit integer default 20)
    returns table (message_id uuid, created_at timestamptz, message_index bigint, role text, content text, sender_name text,
                   agent_type text, model text, input_tokens integer, output_tokens integer, media_url text,
                   tool_calls jsonb, metadata jsonb, delivery_status text)
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
    v_last_message_at timestamptz;
    v_first timestamptz;
begin
    if p_limit < 1 or p_limit > 10000 or p_limit is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'p_limit must be between 1 and 10000';
    end if;
    -- Only months that hold these messages are opened: none after the newest message, and when the last weeks have enough
    -- messages, none before those.
    select c.last_message_at into v_last_message_at from prosa.conversations c
     where c.tenant_id = v_tenant_id and c.id = conversation_history.conversation_id;
    select min(r.created_at) into v_first
      from (select m.created_at from prosa.messages m
             where m.tenant_id = v_tenant_id
               and m.conversation_id = conversation_history.conversation_id
               and m.created_at between v_last_message_at - interval '40 days' and v_last_message_at
             order by m.created_at desc, m.message_index desc
             limit p_limit) r
    having count(*) = p_limit;
    return query
    select h.id, h.created_at, h.message_index, h.role, h.content, h.sender_name, h.agent_type, h.model,
           h.input_tokens, h.output_tokens, h.media_url, h.tool_calls, h.metadata, h.delivery_status
      from (select m.* from prosa.messages m
             where m.tenant_id = v_tenant_id
               and m.conversation_id = conversation_history.conversation_id
               and m.created_at between coalesce(v_first, '-infinity') and v_last_message_at
             order by m.created_at desc, m.message_index desc
             limit p_limit) h
     order by h.created_at, h.message_index;
end
$$;
comment on function prosa.conversation_history(uuid, integer) is
'The newest messages of a conversation of the current tenant, oldest first: by the time they were sent, then by message_index. No rows for a conversation the tenant does not have.
p_limit: 1 to 10000 messages.
Errors: 42501 no tenant set; 22023 p_limit out of range.
Example: select role, content from prosa.conversation_history(:conversation_id, 10);';
