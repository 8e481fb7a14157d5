-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.process_embedding_queue(batch_size integer default 64, time_limit interval default '50 seconds')
    language plpgsql
    security invoker
as $$
declare
    v_deadline constant timestamptz := pg_catalog.clock_timestamp() + time_limit;
    v_work jsonb;
begin
    perform prosa._require_java();
    loop
        -- claim and commit: no lock is held while the endpoint is called
        v_work := prosa._claim_batch(batch_size);
        commit;
        exit when v_work is null;
        while v_work is not null loop
            v_work := prosa._embed_step(v_work);
            commit;
        end loop;
        exit when pg_catalog.clock_timestamp() >= v_deadline;
    end loop;
end
$$;
comment on procedure prosa.process_embedding_queue(integer, interval) is
'Embeds what is due in the queue, batch after batch, until nothing is due or time_limit has passed (the batch under way is finished). Needs the Java routines; several may run at once, with workers too. Call it outside a transaction block: it commits.
batch_size: 1 to 2048 texts a call of the endpoint; fewer where its provider has a max_batch. A batch the endpoint refuses is halved until the item at fault stands alone; see embedding_queue.last_error. An endpoint that is busy, fails or hangs is left alone for a while, see embedding_queue_status.
Errors: 0A000 no Java routines; 2D000 inside a transaction block.
Example: call prosa.process_embedding_queue();';
