-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.process_memory_windows(batch_size integer default 100, time_limit interval default '50 seconds')
    language plpgsql
    security invoker
as $$
declare
    v_deadline constant timestamptz := pg_catalog.clock_timestamp() + time_limit;
    v_seen integer;
begin
    loop
        v_seen := prosa._build_windows(batch_size);
        commit;
        exit when v_seen = 0 or pg_catalog.clock_timestamp() >= v_deadline;
    end loop;
end
$$;
comment on procedure prosa.process_memory_windows(integer, interval) is
'Remembers what conversations said: makes a memory of kind msg of every few turns (five, two of which the next window has too, or as many as the tenant''s setting memory_window_turns says), with speakers and dates, and queues it for embedding. So a short turn is found with what it answers. A window is made once it is whole, or once nobody has written for ten minutes; that one is replaced when the conversation goes on. Edits and deletions change the windows at once; retention removes them with their messages.
batch_size: conversations a transaction at most, 1 to 10,000; a transaction takes a third of a second or so. It ends when nothing is due or time_limit has passed. Several may run at once. Call it outside a transaction block: it commits.
Errors: 22023 batch_size out of range; 2D000 inside a transaction block; 55000 not at READ COMMITTED.
Example: call prosa.process_memory_windows();';
