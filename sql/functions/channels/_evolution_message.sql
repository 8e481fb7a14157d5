create or replace function prosa._evolution_message(p_tenant_id uuid, p_inbox_id uuid, p_message jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key jsonb := p_message -> 'key';
    v_jid text := p_message #>> '{key,remoteJid}';
    v_from_me boolean := coalesce((p_message #>> '{key,fromMe}')::boolean, false);
    v_protocol jsonb := coalesce(
        p_message #> '{message,protocolMessage}', p_message #> '{message,editedMessage,message,protocolMessage}',
        p_message #> '{message,ephemeralMessage,message,protocolMessage}');
    v_identities jsonb;
    v_name text := nullif(btrim(left(p_message ->> 'pushName', 160)), '');
    v_content record;
    v_sent_at timestamptz := prosa._evolution_time(p_message -> 'messageTimestamp');
    v_contact_id uuid;
    v_conversation_id uuid;
    v_recorded record;
begin
    if jsonb_typeof(v_key) is distinct from 'object' or coalesce(v_jid, '') = '' or coalesce(v_key ->> 'id', '') = '' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a message has no key with remoteJid and id';
    elsif v_jid like '%@broadcast' or v_jid like '%@newsletter' then
        return null;
    elsif v_protocol ->> 'type' in ('MESSAGE_EDIT', '14', 'REVOKE', '0') and coalesce(v_protocol #>> '{key,id}', '') <> '' then
        -- no message, but what became of one
        return prosa._evolution_change(p_tenant_id, p_inbox_id, v_key, v_protocol, v_sent_at);
    end if;
    -- a redelivery may call the contact by another name (lid, phone): it belongs where the first delivery went
    select f.message_id, f.created_at, m.message_index, m.conversation_id into v_recorded
      from prosa._find_message(p_tenant_id, p_inbox_id, v_key ->> 'id') f
      join prosa.messages m on m.tenant_id = p_tenant_id and m.created_at = f.created_at and m.id = f.message_id;
    if found then
        return to_jsonb(v_recorded) || '{"is_duplicate": true}';
    end if;

    v_identities := prosa._evolution_identities(v_key, p_message);
    v_content := prosa._evolution_content(
        case jsonb_typeof(p_message -> 'message') when 'object' then p_message -> 'message' else '{}' end, p_message ->> 'messageType');

    v_contact_id := prosa._get_or_create_contact(p_tenant_id, v_identities,
        -- a group is not named after who writes in it, nor a contact after ourselves
        case when not v_from_me and v_jid not like '%@g.us' then v_name end);
    v_conversation_id := prosa._get_or_create_conversation(p_tenant_id, p_inbox_id, v_contact_id);
    select r.* into v_recorded
      from prosa._record_message(p_tenant_id, v_conversation_id,
               case when v_from_me then 'operator' else 'user' end,
               v_content.content, v_key ->> 'id', coalesce(v_sent_at, clock_timestamp()), 0, 0, null, null, v_name,
               v_content.media_url, null,
               jsonb_strip_nulls(jsonb_build_object(
                   'type', v_content.type, 'mimetype', v_content.mimetype, 'location', v_content.location,
                   'reaction_to', v_content.reaction_to, 'quoted_id', v_content.quoted_id,
                   'participant', v_key ->> 'participant', 'source', p_message ->> 'source')), 0, null) r;
    return jsonb_build_object('message_id', v_recorded.message_id, 'created_at', v_recorded.created_at,
        'message_index', v_recorded.message_index, 'is_duplicate', v_recorded.is_duplicate, 'conversation_id', v_conversation_id);
end
$$;
comment on function prosa._evolution_message(uuid, uuid, jsonb) is
'Records one message of Evolution, or edits or deletes the one it is about; null for a broadcast or newsletter, and for a change of an unknown message. fromMe is role operator: a person wrote it on the tenant''s phone.';
