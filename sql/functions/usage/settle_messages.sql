-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.settle_messages(time_limit interval default '50 seconds')
    language plpgsql
    security invoker
as $$
declare
    v_deadline constant timestamptz := pg_catalog.clock_timestamp() + time_limit;
    v_settled bigint;
begin
    loop
        v_settled := prosa._settle_messages();
        commit;
        -- what comes in meanwhile is the next run's
        exit when v_settled < 10000 or pg_catalog.clock_timestamp() >= v_deadline;
    end loop;
end
$$;
comment on procedure prosa.settle_messages(interval) is
'refresh_consumption_summary() for a job: settles the messages that wait in message_outbox, 10,000 to a transaction, until none waits, another session is at it, or time_limit has passed. Call it outside a transaction block: it commits.
Errors: 2D000 inside a transaction block.
Example: call prosa.settle_messages();';
