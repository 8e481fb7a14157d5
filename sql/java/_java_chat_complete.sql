create function prosa._java_chat_complete(request text)
    returns text
    language java volatile parallel unsafe strict security invoker
    as 'dev.prosa.routine.Routines.chatComplete';
comment on function prosa._java_chat_complete(text) is
'Calls an LLM endpoint. Request and answer are JSON; see prosa.chat_complete().';
revoke all on function prosa._java_chat_complete(text) from public;
grant execute on function prosa._java_chat_complete(text) to prosa_owner;
