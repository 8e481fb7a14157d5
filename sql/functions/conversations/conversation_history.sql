create or replace function prosa.conversation_history(
    conversation_id uuid,
    p_limit integer default 20,
    before_created_at timestamptz default null,
    before_index bigint default null,
    after_created_at timestamptz default null,
    after_index bigint default null)
    returns table (message_id uuid, created_at timestamptz, message_index bigint, role text, content text, sender_name text,
                   agent_type text, model text, input_tokens integer, output_tokens integer, media_url text,
                   tool_calls jsonb, metadata jsonb, delivery_status text, edited_at timestamptz, deleted_at timestamptz)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- one plan for all months, of which each call opens those it needs: to plan anew takes longer than to answer
    set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_tenant_id constant uuid := prosa._require_tenant();
    v_before_created_at constant timestamptz := coalesce(before_created_at, 'infinity');
    v_before_index constant bigint := coalesce(before_index, 0);
    v_first timestamptz;
    v_span interval;
    v_oldest timestamptz;
    v_last timestamptz;
    v_end timestamptz;
begin
    if p_limit < 1 or p_limit > 10000 or p_limit is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'p_limit must be between 1 and 10000';
    elsif (before_created_at is null) <> (before_index is null) or (after_created_at is null) <> (after_index is null)
          or before_index is not null and after_index is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'not one whole cursor',
            hint = 'For the page before: before_created_at and before_index, of a page''s first message. For the page after: after_created_at and after_index, of its last.';
    end if;

    -- Only months that hold these messages are opened: where a while before or after the cursor has enough of them, none beyond it.
    select c.messages_since - interval '1 day', c.last_message_at,
           -- twice as long as so many messages have taken on average, but some weeks at first: people talk in bouts
           least((c.last_message_at - c.messages_since) * least(1, 2 * p_limit::double precision / greatest(c.last_message_index, 1))
                 + interval '1 day', interval '40 days')
      into v_oldest, v_last, v_span
      from prosa.conversations c
     where c.tenant_id = v_tenant_id and c.id = conversation_history.conversation_id;
    if after_index is not null then
        select m.created_at into v_end
          from prosa.messages m
         where m.tenant_id = v_tenant_id
           and m.conversation_id = conversation_history.conversation_id
           and m.created_at between after_created_at and after_created_at + v_span
           and (m.created_at, m.message_index) > (after_created_at, after_index)
         order by m.created_at, m.message_index
        offset p_limit - 1 limit 1;
        return query
        select h.id, h.created_at, h.message_index, h.role, h.content, h.sender_name, h.agent_type, h.model,
               h.input_tokens, h.output_tokens, h.media_url, h.tool_calls, h.metadata, h.delivery_status, h.edited_at, h.deleted_at
          from prosa.messages h
         where h.tenant_id = v_tenant_id
           and h.conversation_id = conversation_history.conversation_id
           and h.created_at between after_created_at and coalesce(v_end, v_last)
           and (h.created_at, h.message_index) > (after_created_at, after_index)
         order by h.created_at, h.message_index
         limit p_limit;
        return;
    end if;

    v_last := least(before_created_at, v_last);
    for i in 1 .. 2 loop
        exit when v_last - v_span <= v_oldest;
        select m.created_at into v_first
          from prosa.messages m
         where m.tenant_id = v_tenant_id
           and m.conversation_id = conversation_history.conversation_id
           and m.created_at between v_last - v_span and v_last
           and (m.created_at, m.message_index) < (v_before_created_at, v_before_index)
         order by m.created_at desc, m.message_index desc
        offset p_limit - 1 limit 1;
        exit when found;
        v_span := 6 * v_span;
    end loop;
    return query
    select h.id, h.created_at, h.message_index, h.role, h.content, h.sender_name, h.agent_type, h.model,
           h.input_tokens, h.output_tokens, h.media_url, h.tool_calls, h.metadata, h.delivery_status, h.edited_at, h.deleted_at
      from (select m.* from prosa.messages m
             where m.tenant_id = v_tenant_id
               and m.conversation_id = conversation_history.conversation_id
               and m.created_at between coalesce(v_first, v_oldest) and v_last
               and (m.created_at, m.message_index) < (v_before_created_at, v_before_index)
             order by m.created_at desc, m.message_index desc
             limit p_limit) h
     order by h.created_at, h.message_index;
end
$$;
comment on function prosa.conversation_history(uuid, integer, timestamptz, bigint, timestamptz, bigint) is
'A page of a conversation of the current tenant, oldest first: by the time they were sent, then by message_index. Without a cursor, the newest messages. Deleted ones are among them, with deleted_at and without content. No rows for a conversation the tenant does not have.
p_limit: 1 to 10000 messages. before_created_at, before_index: of the first message of a page, for the page before it. after_created_at, after_index: of its last message, for the page after it. New messages move no page; one that comes late is found by its time.
Errors: 42501 no tenant set; 22023 p_limit out of range, half a cursor, or both.
Example: select created_at, message_index, role, content from prosa.conversation_history(:conversation_id, 10, :created_at, :message_index);';
