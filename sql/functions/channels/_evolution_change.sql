create or replace function prosa._evolution_change(
    p_tenant_id uuid,
    p_inbox_id uuid,
    p_key jsonb,
    p_change jsonb,
    p_at timestamptz)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_is_edit constant boolean := p_change ->> 'type' in ('MESSAGE_EDIT', '14');
    v_found record;
begin
    if v_is_edit and jsonb_typeof(p_change -> 'editedMessage') is distinct from 'object' then
        raise exception using errcode = 'invalid_parameter_value', message = 'an edit has no editedMessage';
    end if;
    select m.id as message_id, m.created_at, m.message_index, m.conversation_id, m.deleted_at into v_found
      from prosa._find_message(p_tenant_id, p_inbox_id, p_change #>> '{key,id}') f
      join prosa.messages m on m.tenant_id = p_tenant_id and m.created_at = f.created_at and m.id = f.message_id
     -- The other end may claim to change any message whose id it knows. Who wrote one side does not rewrite the other; in
     -- a group its administrators delete what others wrote.
     where p_key is null
        or (m.role = 'user') = not coalesce((p_key ->> 'fromMe')::boolean, false)
        or not v_is_edit and p_key ->> 'remoteJid' like '%@g.us';
    if not found or v_is_edit and v_found.deleted_at is not null then
        return null;
    elsif v_is_edit then
        perform prosa._edit_message(p_tenant_id, v_found.message_id, v_found.created_at,
            (prosa._evolution_content(p_change -> 'editedMessage', null)).content, coalesce(p_at, clock_timestamp()));
    else
        perform prosa._delete_message(p_tenant_id, v_found.message_id, v_found.created_at, coalesce(p_at, clock_timestamp()));
    end if;
    return jsonb_build_object('message_id', v_found.message_id, 'created_at', v_found.created_at, 'message_index', v_found.message_index,
        'is_duplicate', true, 'conversation_id', v_found.conversation_id, 'change', case when v_is_edit then 'edited' else 'deleted' end);
end
$$;
comment on function prosa._evolution_change(uuid, uuid, jsonb, jsonb, timestamptz) is
'Does what a protocolMessage of Evolution says: edits or deletes the message that its key names. p_key: of the message that brought it, which must come from the side that wrote the message; null where the provider itself reports the change. Null when there is no such message, or none that can be edited any more.';
