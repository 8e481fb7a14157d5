create or replace function prosa.refresh_consumption_summary()
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_settled bigint;
    v_all bigint := 0;
begin
    loop
        v_settled := prosa._settle_messages();
        v_all := v_all + v_settled;
        -- what comes in meanwhile is the next run's
        exit when v_settled < 10000;
    end loop;
    return v_all;
end
$$;
comment on function prosa.refresh_consumption_summary() is
'Settles the messages that wait in message_outbox: adds them to the daily sums, so that reading these stays fast, passes them to the ledger and the embedding queue, and holds the sums against the quotas. What the views of consumption show is exact with or without it. In one transaction; the job calls settle_messages(), which commits on its way. Returns the number of messages settled.
Example: select prosa.refresh_consumption_summary();';
