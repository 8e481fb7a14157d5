create or replace function prosa.claim_embeddings(batch_size integer default 64, lease interval default '2 minutes')
    returns table (tenant_id uuid, kind text, item_id uuid, item_created_at timestamptz, content text, provider jsonb,
                   enqueued_at timestamptz, space_id uuid, is_probe boolean)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    -- how long backfill waits for new work to end
    c_patience constant interval := interval '10 seconds';
    v_turn record;
begin
    if batch_size not between 1 and 2048 or lease < interval '1 second' then
        raise exception using errcode = 'invalid_parameter_value', message = 'batch_size must be 1 to 2048 and lease at least a second';
    end if;
    perform prosa._settle_messages();
    perform prosa._fill_spaces();
    perform prosa._find_turns(false);
    for v_pass in 1..2 loop
        -- who was served longest ago comes first: a tenant with a million items holds up another for one batch
        for v_turn in
            select t.tenant_id, t.priority from prosa.embedding_turns t
             where t.due_at <= clock_timestamp() and t.held_until <= clock_timestamp()
             order by t.served_at + t.priority * c_patience, t.priority
        loop
            return query select * from prosa._claim_turn(v_turn.tenant_id, v_turn.priority, batch_size, lease);
            if found then
                return;
            end if;
        end loop;
        exit when v_pass = 2 or not prosa._find_turns(true);
    end loop;
end
$$;
comment on function prosa.claim_embeddings(integer, interval) is
'Takes up to batch_size due items of one tenant from the queue for the time of the lease: commit, embed content at provider, then call store_embeddings() or fail_embeddings(). What is neither stored nor failed comes back when the lease ends; the fifth time it is a dead letter. No rows: nothing is due that could be embedded now. All are for one space, whose id goes with each item to store_embeddings() and fail_embeddings(). Concurrent callers get different items. Tenants take turns, new work before backfill. Items of a tenant without an endpoint, or whose endpoint is paused after a failure, stay where they are.
Fewer come where the endpoint takes fewer in a call (max_batch, max_batch_chars of the provider). is_probe: the endpoint was paused, and this one item is to find out whether it is back; nobody else calls it meanwhile.
Errors: 22023 bad parameter.
Example: select * from prosa.claim_embeddings(64);';
