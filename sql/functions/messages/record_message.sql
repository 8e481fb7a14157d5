create or replace function prosa.record_message(
    out message_id uuid,
    conversation_id uuid,
    role text,
    content text,
    external_id text default null,
    inout created_at timestamptz default now(),
    input_tokens integer default 0,
    output_tokens integer default 0,
    model text default null,
    agent_type text default null,
    sender_name text default null,
    media_url text default null,
    tool_calls jsonb default null,
    metadata jsonb default '{}',
    out message_index bigint,
    out is_duplicate boolean)
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    select r.message_id, r.created_at, r.message_index, r.is_duplicate
      into message_id, created_at, message_index, is_duplicate
      from prosa._record_message(v_tenant_id, conversation_id, role, content, external_id, created_at, input_tokens,
               output_tokens, model, agent_type, sender_name, media_url, tool_calls, metadata) r;
end
$$;
comment on function prosa.record_message(uuid, text, text, text, timestamptz, integer, integer, text, text, text, text, jsonb, jsonb) is
'Records a message of the current tenant: gives it the next index of its conversation, keeps the conversation''s state, counts consumption and queues it for embedding, in one statement.
role: user, assistant, operator, system or tool. external_id: the provider''s id (empty means none); a second delivery with the same id on the same inbox stores nothing and returns the first message with is_duplicate true. created_at: when it was sent, from the year 2000 to one day ahead; null means now. input_tokens, output_tokens: tokens of the model. agent_type: the kind of agent that wrote it. metadata: a JSON object.
Result: message_id, created_at, message_index (1, 2, 3 … without gaps), is_duplicate.
Errors: 42501 no tenant set; P0002 no such conversation of the tenant; 22023 or 23514 bad role, content, tokens or metadata.
Example: select * from prosa.record_message(:conversation_id, ''user'', ''Quero marcar uma consulta'', ''3EB0C7…'');';
