create or replace function prosa.mark_read(conversation_id uuid, up_to_index bigint default null)
    returns integer
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._mark_read(v_tenant_id, mark_read.conversation_id, mark_read.up_to_index);
end
$$;
comment on function prosa.mark_read(uuid, bigint) is
'Notes that an operator has read a conversation of the current tenant. Answers are counted apart: unanswered_count stays.
up_to_index: the message_index of the last message that was on the screen; what came after it stays unread. Null means all of it.
Result: the number of messages that stay unread.
Errors: 42501 no tenant set; P0002 no such conversation.
Example: select prosa.mark_read(:conversation_id, 42);';
