-- A standard SQL body: it is inlined.
create or replace function prosa._is_turn(p_role text, p_content text)
    returns boolean
    language sql immutable parallel safe security invoker
    return p_role in ('user', 'assistant', 'operator') and p_content ~ '[[:alnum:]]';
comment on function prosa._is_turn(text, text) is 'Whether a message is a turn of a conversation: somebody says words. What programs said and what was deleted is none.';
