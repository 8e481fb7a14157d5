create or replace function prosa._build_windows(p_limit integer default 100)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- who settles messages, and who edits one, waits for no longer
    v_until constant timestamptz := clock_timestamp() + interval '300 milliseconds';
    v_due record;
    v_seen integer := 0;
begin
    if p_limit is null or p_limit not between 1 and 10000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'a batch has 1 to 10,000 conversations';
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'windows must be made of what messages say now, such as after a deletion',
            hint = 'Run it at READ COMMITTED.';
    end if;
    for v_due in
        select p.tenant_id, p.conversation_id, p.next_index, p.since from prosa.memory_progress p
         where p.due_at <= clock_timestamp()
         order by p.due_at limit p_limit
           for update skip locked
    loop
        v_seen := v_seen + 1;
        -- whoever edits or deletes a message of the conversation has it until they commit: its turn comes again
        if pg_try_advisory_xact_lock(prosa._windows_lock(v_due.conversation_id)) then
            begin
                perform prosa._build_conversation_windows(v_due.tenant_id, v_due.conversation_id, v_due.next_index, v_due.since);
            -- of one conversation, whatever it is: it must not keep all others waiting
            exception when others then
                update prosa.memory_progress p
                   set due_at = clock_timestamp() + interval '10 minutes', last_error = left(format('%s (%s)', sqlerrm, sqlstate), 500)
                 where p.tenant_id = v_due.tenant_id and p.conversation_id = v_due.conversation_id;
            end;
        else
            update prosa.memory_progress p set due_at = clock_timestamp() + interval '10 seconds'
             where p.tenant_id = v_due.tenant_id and p.conversation_id = v_due.conversation_id;
        end if;
        exit when clock_timestamp() > v_until;
    end loop;
    return v_seen;
end
$$;
comment on function prosa._build_windows(integer) is
'Makes the windows of up to p_limit conversations that are due, or of as many as a moment allows, and returns how many it looked at; 0 when none is due. Several may run at once: each takes other conversations.';
