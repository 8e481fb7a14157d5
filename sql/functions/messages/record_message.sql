-- A standard SQL body: it is inlined, and costs nothing beside the inner function.
create or replace function prosa.record_message(
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
    api_key text default null)
    returns prosa.recorded_message
    language sql volatile parallel unsafe security invoker
    return prosa._record_message(null, conversation_id, role, content, external_id, created_at, input_tokens, output_tokens,
               model, agent_type, sender_name, media_url, tool_calls, metadata, cached_tokens, last_context, api_key);
comment on function prosa.record_message(uuid, text, text, text, timestamptz, integer, integer, text, text, text, text, jsonb, jsonb, integer, text, text) is
'Records a message of the current tenant, or of the one of api_key: gives it the next index of its conversation, keeps the conversation''s state, counts consumption and queues it for embedding, in one statement.
role: user, assistant, operator, system or tool. external_id: the provider''s id (empty means none); a second delivery with the same id on the same inbox stores nothing and returns the first message with is_duplicate true. created_at: when it was sent, within the retention of the tenant''s plan, to one day ahead; null means now. input_tokens, output_tokens: tokens of the model; cached_tokens: how many of input_tokens its endpoint read from a cache. agent_type: the kind of agent that wrote it. metadata: a JSON object. last_context: a new running summary for the conversation. api_key: a key of scope api, for this message alone: it opens nothing, and costs less than authenticate() before it.
Result: message_id, created_at, message_index (1, 2, 3 … without gaps), is_duplicate.
Errors: 42501 no tenant set and no api_key; 28000 the key is not valid; P0002 no such conversation of the tenant; 22023 or 23514 bad role, content, time, tokens or metadata, and a message that is older than the plan keeps (a second delivery of one that is stored returns that one all the same). Of a month that has no partition yet: 55P03 or 40001 when it cannot be made just now, 55000 when run_maintenance() has to empty the default partition first; repeat the transaction. 53400 role assistant, and a quota of the tenant''s plan is used up (see quota_status).
Example: select * from prosa.record_message(:conversation_id, ''user'', ''Quero marcar uma consulta'', ''3EB0C7…'', api_key => :''key'');';
