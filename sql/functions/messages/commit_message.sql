-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
-- Who writes to a conversation waits for the commit before, and that for the disk. Here the first commit leaves the disk out and
-- lets the next writer go; the second waits for it, together with everybody's. What a later message rests on reaches the disk
-- before it, so a crash leaves no gap, and what was answered for is there.
create or replace procedure prosa.commit_message(
    conversation_id uuid,
    role text,
    content text,
    external_id text default null,
    created_at timestamptz default now(),
    input_tokens integer default 0,
    output_tokens integer default 0,
    model text default null,
    agent_type text default null,
    sender_name text default null,
    media_url text default null,
    tool_calls jsonb default null,
    metadata jsonb default '{}',
    cached_tokens integer default 0,
    last_context text default null,
    api_key text default null,
    inout message_id uuid default null,
    inout message_created_at timestamptz default null,
    inout message_index bigint default null,
    inout is_duplicate boolean default null)
    language plpgsql
    security invoker
as $$
declare
    v_recorded prosa.recorded_message;
begin
    perform pg_catalog.set_config('synchronous_commit', 'off', true);
    v_recorded := prosa._record_message(null, conversation_id, role, content, external_id, created_at, input_tokens, output_tokens,
        model, agent_type, sender_name, media_url, tool_calls, metadata, cached_tokens, last_context, api_key);
    commit;
    perform pg_catalog.pg_logical_emit_message(true, 'prosa', '');
    commit;
    message_id := v_recorded.message_id;
    message_created_at := v_recorded.created_at;
    message_index := v_recorded.message_index;
    is_duplicate := v_recorded.is_duplicate;
end
$$;
comment on procedure prosa.commit_message(uuid, text, text, text, timestamptz, integer, integer, text, text, text, text, jsonb, jsonb, integer, text, text, uuid, timestamptz, bigint, boolean) is
'record_message() in a transaction of its own, for conversations to which many write at once: they wait for each other''s work, and no longer for each other''s disk. When it returns the message is as durable as any commit of the session; others may see it a moment before. Call it outside a transaction block.
Parameters as record_message(); api_key is null for a login that is bound to a tenant.
Result: message_id, message_created_at, message_index, is_duplicate. Where it fails after the message is recorded, such as by a timeout, a second call with the same external_id finds the message.
Errors: those of record_message(); 2D000 inside a transaction block.
Example: call prosa.commit_message(:''conversation'', ''user'', ''Quero marcar uma consulta'', ''3EB0C7…'', api_key => :''key'');';
