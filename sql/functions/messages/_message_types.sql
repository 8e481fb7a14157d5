do $$
begin
    if to_regtype('prosa.recorded_message') is null then
        create type prosa.recorded_message as (message_id uuid, created_at timestamptz, message_index bigint, is_duplicate boolean);
        comment on type prosa.recorded_message is 'What recording a message gives back: the message that is stored, also when it was stored before (is_duplicate).';
    end if;
    if to_regtype('prosa.message_key') is null then
        create type prosa.message_key as (tenant_id uuid, created_at timestamptz, id uuid, inbox_id uuid, external_id text);
        comment on type prosa.message_key is 'What finds a message and everything that hangs on it.';
    end if;
    if to_regtype('prosa.incoming_message') is null then
        create type prosa.incoming_message as (
            ordinal bigint, id uuid, created_at timestamptz, conversation_id uuid, inbox_id uuid, contact_id uuid, role text, content text,
            external_id text, input_tokens integer, output_tokens integer, cached_tokens integer, model text, agent_type text,
            sender_name text, media_url text, tool_calls jsonb, metadata jsonb, last_context text, language text, search_text tsvector);
        comment on type prosa.incoming_message is 'One element of a batch on its way through record_messages().';
    end if;
end
$$;
