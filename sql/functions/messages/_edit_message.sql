create or replace function prosa._edit_message(p_tenant_id uuid, p_message_id uuid, p_created_at timestamptz, p_content text, p_edited_at timestamptz)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_edited_at timestamptz := coalesce(p_edited_at, now());
    v_message record;
begin
    perform prosa._require_tenant(p_tenant_id);
    if p_content is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'an edited message needs a content',
            hint = 'To remove what it said, call prosa.delete_message().';
    elsif v_edited_at not between timestamptz '2000-01-01 00:00+00' and now() + interval '1 day' then
        raise exception using errcode = 'invalid_parameter_value', message = 'edited_at must lie between the year 2000 and one day ahead';
    end if;
    select m.role, m.content, m.edited_at, m.deleted_at, m.conversation_id, m.message_index into v_message from prosa.messages m
     where m.tenant_id = p_tenant_id and m.created_at = p_created_at and m.id = p_message_id
       for no key update;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the current tenant has no such message',
            hint = 'A message is named by its id and its created_at.';
    elsif v_message.deleted_at is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'the message was deleted',
            hint = 'Nothing brings a deleted message back; record a new one.';
    end if;
    -- reports may overtake each other: the last edit stands
    if v_message.content = p_content or v_message.edited_at > v_edited_at then
        return false;
    end if;
    insert into prosa.message_events (tenant_id, message_created_at, message_id, id, kind, previous_content, occurred_at)
    values (p_tenant_id, p_created_at, p_message_id, prosa._uuid_v7(clock_timestamp()), 'edited', v_message.content, v_edited_at);
    update prosa.messages m
       set content = p_content,
           search_text = prosa._search_text(m.language, m.sender_name, p_content),
           edited_at = v_edited_at
     where m.tenant_id = p_tenant_id and m.created_at = p_created_at and m.id = p_message_id;
    perform prosa._change_windows(p_tenant_id, v_message.conversation_id, v_message.message_index);
    -- The queue before the vectors: a worker that is storing the old text's is waited for, and one that is still embedding it
    -- finds another enqueued_at.
    if v_message.role in ('user', 'assistant', 'operator') then
        insert into prosa.embedding_queue as q (tenant_id, kind, item_id, item_created_at, enqueued_at)
        values (p_tenant_id, 'message', p_message_id, p_created_at, clock_timestamp())
        on conflict on constraint embedding_queue_pkey do update
           set attempts = 0, enqueued_at = excluded.enqueued_at, available_at = now(), failed_at = null, last_error = null;
    end if;
    delete from prosa.embeddings e where e.tenant_id = p_tenant_id and e.kind = 'message' and e.item_id = p_message_id;
    return true;
end
$$;
comment on function prosa._edit_message(uuid, uuid, timestamptz, text, timestamptz) is 'edit_message() for a tenant, which must be the current one.';
