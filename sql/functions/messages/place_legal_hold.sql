create or replace function prosa.place_legal_hold(
    p_tenant_id uuid,
    reason text,
    contact_id uuid default null,
    conversation_id uuid default null)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_id uuid;
begin
    if num_nonnulls(place_legal_hold.contact_id, place_legal_hold.conversation_id) > 1 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a legal hold is of a tenant, of one contact or of one conversation',
            hint = 'Place two holds, or the contact''s alone: it holds all of the contact''s conversations.';
    end if;
    insert into prosa.legal_holds as h (tenant_id, contact_id, conversation_id, reason)
    values (p_tenant_id, place_legal_hold.contact_id, place_legal_hold.conversation_id, place_legal_hold.reason)
    returning h.id into v_id;
    return v_id;
end
$$;
comment on function prosa.place_legal_hold(uuid, text, uuid, uuid) is
'Keeps retention from removing what there is, and what comes, until release_legal_hold(): the messages of a conversation, those of a contact, or all messages and webhook events of the tenant. Holds of one object add up. Once this is committed nothing of it is removed; it waits for a retention batch that is under way. Recorded in audit_log.
reason: why, 1 to 500 characters. Returns the id of the hold.
Errors: 22023 both a contact and a conversation; 23503 no such tenant, or the tenant has no such contact or conversation; 23502 or 23514 no reason.
Example: select prosa.place_legal_hold(:tenant_id, ''case 2026/117'', contact_id => :contact_id);';
