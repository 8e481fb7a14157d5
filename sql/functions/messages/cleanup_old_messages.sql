create or replace function prosa.cleanup_old_messages(time_limit interval default '10 minutes', batch_size integer default 5000)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_deadline constant timestamptz := clock_timestamp() + time_limit;
    v_state jsonb;
begin
    loop
        v_state := prosa._enforce_retention(v_state, batch_size);
        exit when v_state ->> 'step' = 'done' or clock_timestamp() >= v_deadline;
    end loop;
    return (v_state ->> 'removed')::bigint;
end
$$;
comment on function prosa.cleanup_old_messages(interval, integer) is
'What enforce_retention() does, in one transaction: where a month goes as a whole, writers wait until that transaction ends, so this is for small installations and quiet hours. Returns the number of messages removed with all that hangs on them.
Errors: 22023 batch_size out of range; 55000 not at READ COMMITTED.
Example: select prosa.cleanup_old_messages();';
