create or replace function prosa.receive_webhook(provider text, inbox_name text, payload jsonb, headers jsonb default '{}')
    returns jsonb
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._receive_webhook(v_tenant_id, receive_webhook.provider, receive_webhook.inbox_name, receive_webhook.payload, receive_webhook.headers);
end
$$;
comment on function prosa.receive_webhook(text, text, jsonb, jsonb) is
'Takes a provider''s webhook call into the current tenant: keeps the event (credentials and inline media taken out), records its messages, their edits, deletions and delivery status, and the state of the connection. A redelivery stores nothing twice. What is about a message that is not there, or not yet, is ignored.
provider: evolution. inbox_name: the instance; null for the tenant''s default inbox. payload: the body. headers: those worth keeping; credentials among them are redacted.
Result: {status: stored | ignored | failed, event, event_id, messages: [{message_id, created_at, message_index, is_duplicate, conversation_id, change}], error: {sqlstate, message}}. change: edited or deleted, where the call was about a message that was there before. failed: data of the payload was bad; the event is kept with the reason in inbound_events, and what messages were good are recorded.
Errors: 42501 no tenant set; P0002 no such inbox of the tenant; 22023 unknown provider, or a payload that is not an object with a text "event".
Example: select prosa.receive_webhook(''evolution'', ''sorriso-recepcao'', :payload);';
