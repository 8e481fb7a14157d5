create or replace function prosa.receive_message(
    phone text,
    content text,
    name text default null,
    inbox_name text default null,
    external_id text default null)
    returns table (conversation_id uuid, contact_id uuid, message_id uuid, created_at timestamptz, message_index bigint,
                   is_duplicate boolean)
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
    v_inbox_id uuid;
begin
    select i.id into v_inbox_id from prosa.inboxes i
     where i.tenant_id = v_tenant_id
       and case when receive_message.inbox_name is null then i.is_default else i.name = receive_message.inbox_name end;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the current tenant has no such inbox',
            hint = 'Create one with prosa.create_inbox(name); the first is the default.';
    end if;
    contact_id := prosa.get_or_create_contact(receive_message.phone, receive_message.name);
    conversation_id := prosa._get_or_create_conversation(v_tenant_id, v_inbox_id, contact_id);
    select r.message_id, r.created_at, r.message_index, r.is_duplicate into message_id, created_at, message_index, is_duplicate
      from prosa._record_message(v_tenant_id, conversation_id, 'user', receive_message.content, receive_message.external_id,
               clock_timestamp(), 0, 0, null, null, receive_message.name, null, null, '{}', 0, null) r;
    return next;
end
$$;
comment on function prosa.receive_message(text, text, text, text, text) is
'Takes a contact''s message into the current tenant in one call: contact, open conversation and message, created as needed.
phone, name: as get_or_create_contact(). inbox_name: null for the tenant''s default inbox. external_id: as record_message().
Errors: 42501 no tenant set; P0002 no such inbox; 22023 not a phone number, or no content.
Example: select * from prosa.receive_message(''+55 11 91234-5678'', ''Bom dia!'', ''Ana'');';
