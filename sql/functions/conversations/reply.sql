create or replace function prosa.reply(conversation_id uuid)
    returns table (message_id uuid, created_at timestamptz, message_index bigint, content text, model text,
                   input_tokens integer, output_tokens integer)
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_question text := (
        select h.content from prosa.conversation_history(reply.conversation_id, 20) h
         where h.role = 'user' and h.content <> '' order by h.created_at desc, h.message_index desc limit 1);
    v_query record;
    v_prompt jsonb;
    v_answer jsonb;
begin
    -- without an embedding the answer still comes, with retrieval by words
    select q.space_id, q.embedding into v_query from prosa.embed_query(v_question, false) q where v_question <> '';
    v_prompt := prosa.reply_prompt(reply.conversation_id, v_query.embedding, v_query.space_id);
    v_answer := prosa.chat_complete(v_prompt -> 'messages', v_prompt ->> 'model');
    content := coalesce(v_answer ->> 'content', '');
    model := v_answer ->> 'model';
    input_tokens := coalesce((v_answer #>> '{usage,input_tokens}')::integer, 0);
    output_tokens := coalesce((v_answer #>> '{usage,output_tokens}')::integer, 0);
    select r.message_id, r.created_at, r.message_index into message_id, created_at, message_index
      from prosa.record_message(
               reply.conversation_id, 'assistant', reply.content, created_at => clock_timestamp(),
               input_tokens => reply.input_tokens, output_tokens => reply.output_tokens, model => reply.model,
               -- some endpoints count them apart from the input
               cached_tokens => least(coalesce((v_answer #>> '{usage,cached_tokens}')::integer, 0), reply.input_tokens),
               agent_type => v_prompt ->> 'agent_type',
               tool_calls => nullif(v_answer -> 'tool_calls', 'null'),
               metadata => jsonb_build_object('rag_context', v_prompt -> 'rag_context')) r;
    return next;
end
$$;
comment on function prosa.reply(uuid) is
'Answers a conversation of the current tenant: retrieves, asks the LLM, records the answer as role assistant and returns it. Needs the Java routines; the gateway''s POST /api/chat does the same without. Call it in a transaction of its own, since it waits for the endpoint.
Errors: those of reply_prompt(), chat_complete() and record_message().
Example: begin; select prosa.set_tenant(:tenant_id); select content from prosa.reply(:conversation_id); commit;';
