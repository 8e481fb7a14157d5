-- Retention step by step, each a transaction of its own as in enforce_retention(): prints the milliseconds until nobody sees the
-- expired messages any more, and of what is then removed behind them (ledger, queue, embeddings, the table).
set client_min_messages = warning;
create temporary table took (step text, ms numeric);
create procedure pg_temp.retention() language plpgsql as $$
declare
    v_state jsonb;
    v_step text := 'settle';
    v_start timestamptz;
begin
    while v_step <> 'done' loop
        v_start := clock_timestamp();
        v_state := prosa._enforce_retention(v_state, 5000);
        commit;
        insert into took values (v_step, extract(epoch from clock_timestamp() - v_start) * 1000);
        v_step := v_state ->> 'step';
    end loop;
end
$$;
call pg_temp.retention();
select sum(ms) filter (where step = 'detach'), sum(ms) filter (where step in ('sweep', 'drop')) from took;
