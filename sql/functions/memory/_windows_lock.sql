-- A standard SQL body: it is inlined.
create or replace function prosa._windows_lock(p_conversation_id uuid)
    returns bigint
    language sql immutable parallel safe security invoker
    return hashtextextended('prosa.memory_windows ' || p_conversation_id::text, 0);
comment on function prosa._windows_lock(uuid) is 'The advisory lock under which the windows of a conversation are made and changed.';
