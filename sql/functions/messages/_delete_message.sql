create or replace function prosa._delete_message(p_tenant_id uuid, p_message_id uuid, p_created_at timestamptz, p_deleted_at timestamptz)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_deleted_at timestamptz := coalesce(p_deleted_at, now());
    v_message record;
    v_conversation record;
    v_newer integer;
begin
    perform prosa._require_tenant(p_tenant_id);
    if v_deleted_at not between timestamptz '2000-01-01 00:00+00' and now() + interval '1 day' then
        raise exception using errcode = 'invalid_parameter_value', message = 'deleted_at must lie between the year 2000 and one day ahead';
    end if;
    select m.conversation_id, m.message_index, m.role, m.inbox_id, coalesce(m.external_id, m.id::text) as external_id into v_message
      from prosa.messages m
     where m.tenant_id = p_tenant_id and m.created_at = p_created_at and m.id = p_message_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the current tenant has no such message',
            hint = 'A message is named by its id and its created_at.';
    end if;
    -- the conversation before the message, as every writer takes them
    select c.unread_count, c.unanswered_count into v_conversation from prosa.conversations c
     where c.tenant_id = p_tenant_id and c.id = v_message.conversation_id
       for no key update;
    update prosa.messages m
       set content = '', search_text = '', sender_name = null, media_url = null, tool_calls = null, metadata = '{}',
           sentiment = null, emotion = null, satisfaction = null, tone = null, summary = null, deleted_at = v_deleted_at
     where m.tenant_id = p_tenant_id and m.created_at = p_created_at and m.id = p_message_id and m.deleted_at is null;
    if not found then
        return false;
    end if;
    if v_message.role = 'user' and greatest(v_conversation.unread_count, v_conversation.unanswered_count) > 0 then
        -- the unread ones are the newest of the contact, so many of them; likewise the unanswered ones
        select count(*) into v_newer
          from (select from prosa.messages m
                 where m.tenant_id = p_tenant_id and m.conversation_id = v_message.conversation_id
                   and m.message_index > v_message.message_index and m.role = 'user' and m.deleted_at is null
                 limit greatest(v_conversation.unread_count, v_conversation.unanswered_count)) n;
        update prosa.conversations c
           set unread_count = c.unread_count - (v_newer < c.unread_count)::integer,
               unanswered_count = c.unanswered_count - (v_newer < c.unanswered_count)::integer
         where c.tenant_id = p_tenant_id and c.id = v_message.conversation_id;
    end if;
    update prosa.message_events e set previous_content = null
     where e.tenant_id = p_tenant_id and e.message_created_at = p_created_at and e.message_id = p_message_id
       and e.previous_content is not null;
    insert into prosa.message_events (tenant_id, message_created_at, message_id, id, kind, occurred_at)
    values (p_tenant_id, p_created_at, p_message_id, prosa._uuid_v7(clock_timestamp()), 'deleted', v_deleted_at);
    perform prosa._change_windows(p_tenant_id, v_message.conversation_id, v_message.message_index);
    -- What waits in the outbox is not settled before this is committed: what it said would be embedded. After the conversation, whose lock
    -- a transaction that deletes several has already; who settles takes no conversation.
    perform from prosa.message_outbox o
      where o.tenant_id = p_tenant_id and o.inbox_id = v_message.inbox_id and o.external_id = v_message.external_id
        for update;
    -- the queue before the vectors: a worker that is storing its vector is waited for, and one that comes later finds it no more
    delete from prosa.embedding_queue q where q.tenant_id = p_tenant_id and q.kind = 'message' and q.item_id = p_message_id;
    delete from prosa.embeddings e where e.tenant_id = p_tenant_id and e.kind = 'message' and e.item_id = p_message_id;
    return true;
end
$$;
comment on function prosa._delete_message(uuid, uuid, timestamptz, timestamptz) is 'delete_message() for a tenant, which must be the current one.';
