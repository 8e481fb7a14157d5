create or replace function prosa.get_or_create_conversation(inbox_id uuid, contact_id uuid)
    returns uuid
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._get_or_create_conversation(
        v_tenant_id, get_or_create_conversation.inbox_id, get_or_create_conversation.contact_id);
end
$$;
comment on function prosa.get_or_create_conversation(uuid, uuid) is
'The open conversation (not finished) of a contact on an inbox, created when there is none. Safe under concurrency.
Errors: 42501 no tenant set; 23503 no such inbox or contact of the current tenant.
Example: select prosa.get_or_create_conversation(:inbox_id, :contact_id);';
