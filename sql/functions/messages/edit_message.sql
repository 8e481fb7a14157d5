create or replace function prosa.edit_message(message_id uuid, created_at timestamptz, content text, edited_at timestamptz default now())
    returns boolean
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._edit_message(v_tenant_id, edit_message.message_id, edit_message.created_at, edit_message.content, edit_message.edited_at);
end
$$;
comment on function prosa.edit_message(uuid, timestamptz, text, timestamptz) is
'Gives a message of the current tenant another content. What it said before stays in its history; searches find the new text at once, and its meaning once it is embedded anew. Its place, role and consumption stay.
message_id, created_at: its key, as record_message() returned it; find_message() has it by the provider''s id. edited_at: when the sender changed it; null means now.
Result: true; false when it says so already, or when a later edit stands.
Errors: 42501 no tenant set; P0002 no such message; 55000 it was deleted; 22023 no content, or an edited_at that is no time of an edit.
Example: select prosa.edit_message(:message_id, :created_at, ''Às 15h, não às 14h'');';
