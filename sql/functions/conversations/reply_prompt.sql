create or replace function prosa.reply_prompt(conversation_id uuid, query_embedding @extschema:vector@.vector default null, p_space_id uuid default null)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
    v_history jsonb;
    v_question text;
    v_agent record;
    v_instructions text;
    v_context jsonb;
begin
    perform from prosa.conversations c where c.tenant_id = v_tenant_id and c.id = reply_prompt.conversation_id;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'the current tenant has no such conversation';
    end if;
    -- before an answer is paid for that could not be recorded
    perform prosa._check_quota(v_tenant_id);
    select jsonb_agg(jsonb_build_object('id', h.message_id, 'role', case h.role when 'operator' then 'assistant' else h.role end, 'content', h.content)
                     order by h.created_at, h.message_index),
           (array_agg(h.content order by h.created_at desc, h.message_index desc) filter (where h.role = 'user' and h.content <> ''))[1]
      into v_history, v_question
      from prosa.conversation_history(reply_prompt.conversation_id, 20) h
     where h.role in ('user', 'assistant', 'operator');
    if v_question is null then
        raise exception using
            errcode = 'no_data_found',
            message = 'the conversation has no message of a user to answer',
            hint = 'Record one with prosa.record_message(…, ''user'', …).';
    end if;
    select a.agent_type, a.system_prompt, a.model, a.rag_enabled, a.rag_top_k into v_agent
      from prosa.agents a where a.tenant_id = v_tenant_id and a.is_default;
    select coalesce(v_agent.system_prompt, t.system_prompt,
                    format('You are the assistant of %s. Answer in the language of the user, briefly, from the context where it helps.', t.name))
      into v_instructions
      from prosa.tenants t where t.id = v_tenant_id;

    if coalesce(v_agent.rag_enabled, true) then
        select jsonb_agg(jsonb_build_object('kind', s.kind, 'id', s.id, 'text', s.text, 'score', s.score, 'created_at', s.created_at)
                         order by s.score desc, s.created_at desc)
          into v_context
          from (select s.* from prosa.hybrid_search(v_question, reply_prompt.query_embedding, 50,
                                        alpha => case when reply_prompt.query_embedding is null then 0 else 0.5 end,
                                        p_space_id => reply_prompt.p_space_id) s
                 -- what the model reads as history already is not retrieved once more
                 where not exists (select from jsonb_array_elements(v_history) h where h ->> 'id' = s.id::text)
                   -- nor is what the machine said before: an answer must not become the evidence of the next one
                   and not exists (select from prosa.messages m
                                    where m.tenant_id = v_tenant_id and m.created_at = s.created_at and m.id = s.id and m.role = 'assistant')
                   -- nor is a window of turns, whose messages are found themselves, nor what has expired
                   and not exists (select from prosa.memory_chunks c
                                    where s.kind = 'memory' and c.tenant_id = v_tenant_id and c.id = s.id
                                      and (c.conversation_id is not null or c.expires_at <= now()))
                 order by s.score desc, s.created_at desc
                 limit coalesce(v_agent.rag_top_k, 5)) s;
    end if;
    return jsonb_build_object(
        'messages',
        jsonb_build_array(jsonb_build_object('role', 'system', 'content', v_instructions || coalesce(
            E'\n\nContext, from earlier messages and memory:\n' || (
                select string_agg(format('- (%s) %s', left(c ->> 'created_at', 10), c ->> 'text'), E'\n')
                  from jsonb_array_elements(v_context) c), '')))
        || (select jsonb_agg(h - 'id') from jsonb_array_elements(v_history) h where h ->> 'content' <> ''),
        'model', v_agent.model, 'agent_type', v_agent.agent_type, 'rag_context', coalesce(v_context, '[]'));
end
$$;
comment on function prosa.reply_prompt(uuid, @extschema:vector@.vector, uuid) is
'What to ask the LLM for an answer to a conversation of the current tenant: instructions of its default agent or of the tenant, context retrieved from memories and from messages that people wrote, and the last 20 messages.
query_embedding: embedding of the last user message; without it retrieval goes by words alone. p_space_id: as in semantic_search().
Result: {messages: [{role, content}], model, agent_type, rag_context: [{kind, id, text, score, created_at}]}.
Errors: 42501 no tenant set; P0002 no such conversation, or no user message in it; 53400 a quota of the tenant''s plan is used up.
Example: select prosa.chat_complete(prosa.reply_prompt(:conversation_id) -> ''messages'');';
