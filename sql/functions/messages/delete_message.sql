create or replace function prosa.delete_message(message_id uuid, created_at timestamptz, deleted_at timestamptz default now())
    returns boolean
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._delete_message(v_tenant_id, delete_message.message_id, delete_message.created_at, delete_message.deleted_at);
end
$$;
comment on function prosa.delete_message(uuid, timestamptz, timestamptz) is
'Deletes what a message of the current tenant said. A tombstone stays, with its place in the conversation, its role, external id and consumption; content, sender, media, tool calls, metadata, analysis, embedding and the contents before its edits go. A message that counted as unread or unanswered counts no more. Payloads of webhooks keep what they brought until their retention ends.
message_id, created_at: as edit_message(). deleted_at: when the sender deleted it; null means now.
Result: true; false when it was deleted before.
Errors: 42501 no tenant set; P0002 no such message; 22023 a deleted_at that is no time of a deletion; 40001 under repeatable read, where the message was settled meanwhile.
Example: select prosa.delete_message(:message_id, :created_at);';
