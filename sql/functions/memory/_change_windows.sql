create or replace function prosa._change_windows(p_tenant_id uuid, p_conversation_id uuid, p_message_index bigint)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_window record;
    v_text text;
begin
    -- until the end of the transaction nobody makes a window of what the message said
    perform pg_advisory_xact_lock(prosa._windows_lock(p_conversation_id));
    if current_setting('transaction_isolation') <> 'read committed' then
        -- a snapshot may not show the windows that were made since: then this ends with 40001
        perform from prosa.memory_progress p where p.tenant_id = p_tenant_id and p.conversation_id = p_conversation_id for no key update;
    end if;
    for v_window in
        select w.id, w.first_index, w.last_index, w.created_at, w.last_at, w.content from prosa.memory_chunks w
         where w.tenant_id = p_tenant_id and w.conversation_id = p_conversation_id
           and w.first_index <= p_message_index and w.last_index >= p_message_index
         order by w.id
           for update
    loop
        v_text := prosa._window_text(p_tenant_id, p_conversation_id, v_window.first_index, v_window.last_index, v_window.created_at, v_window.last_at);
        if v_text is null then
            delete from prosa.memory_chunks w where w.tenant_id = p_tenant_id and w.id = v_window.id;
        elsif v_text <> v_window.content then
            update prosa.memory_chunks w set content = v_text, updated_at = now() where w.tenant_id = p_tenant_id and w.id = v_window.id;
            perform prosa._queue_memories(p_tenant_id, array[v_window.id]);
            perform prosa._drop_memory_vectors(p_tenant_id, array[v_window.id]);
        end if;
    end loop;
end
$$;
comment on function prosa._change_windows(uuid, uuid, bigint) is
'Makes the windows that hold a message say what it says now. For edits and deletions, after the message is changed and before its own queue entry.';
