create or replace function prosa.chat_complete(
    messages jsonb,
    model text default null,
    timeout_ms integer default 30000,
    max_attempts integer default 3,
    retry_delay_ms integer default 500,
    throw_on_error boolean default true)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._require_java();
    if jsonb_typeof(chat_complete.messages) is distinct from 'array' or jsonb_array_length(chat_complete.messages) = 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'messages must be a JSON array of objects with role and content';
    end if;
    return prosa._call_java('_java_chat_complete', jsonb_build_object(
        'provider', prosa._provider_config(prosa.current_tenant_id(), 'chat'),
        'messages', chat_complete.messages, 'model', chat_complete.model,
        'timeout_ms', chat_complete.timeout_ms, 'max_attempts', chat_complete.max_attempts,
        'retry_delay_ms', chat_complete.retry_delay_ms));
exception when sqlstate '08000' or sqlstate '08001' or sqlstate '08004' or sqlstate '08006' or sqlstate '08P01' or sqlstate '53000' then
    if chat_complete.throw_on_error then
        raise;
    end if;
    raise warning using errcode = sqlstate, message = sqlerrm;
    return null;
end
$$;
comment on function prosa.chat_complete(jsonb, text, integer, integer, integer, boolean) is
'Asks the current tenant''s LLM endpoint, or the platform''s where no tenant is set. Needs the Java routines.
messages: [{"role": "system|user|assistant", "content": "…"}, …]. The options are those of embed().
Result: {role, content, tool_calls, finish_reason, model, usage: {input_tokens, output_tokens, cached_tokens}}.
Errors: as embed().
Example: select prosa.chat_complete(''[{"role": "user", "content": "Olá"}]'') ->> ''content'';';
