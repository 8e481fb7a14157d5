-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.enforce_retention(time_limit interval default '10 minutes', batch_size integer default 5000)
    language plpgsql
    security invoker
as $$
declare
    v_deadline constant timestamptz := pg_catalog.clock_timestamp() + time_limit;
    v_state jsonb;
begin
    loop
        v_state := prosa._enforce_retention(v_state, batch_size);
        commit;
        exit when v_state ->> 'step' = 'done' or pg_catalog.clock_timestamp() >= v_deadline;
    end loop;
end
$$;
comment on procedure prosa.enforce_retention(interval, integer) is
'Removes the messages and webhook events that are past their tenant''s retention, and what hangs on the messages: ledger rows, queue entries, embeddings. A month whose every row is expired is detached, after which nobody sees it, then swept in batches and dropped; other messages are deleted in batches. Each step commits, holds no lock for long and yields to writers; the batch under way when time_limit has passed is finished, and the next run goes on from there, also after a crash. Consumption stays. What is under legal hold stays. What a tenant lost is noted in audit_log. Call it outside a transaction block.
batch_size: rows a transaction, 1 to 100,000.
Errors: 22023 batch_size out of range; 2D000 inside a transaction block; 55000 not at READ COMMITTED.
Example: call prosa.enforce_retention(''1 hour'');';
