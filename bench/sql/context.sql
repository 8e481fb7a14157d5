-- One session, both tables in turn: microseconds a statement, medians of rounds of 500. The statements' plans are cached.
create function pg_temp.timed(p_statement text) returns double precision language plpgsql as $$
declare
    v_start timestamptz;
begin
    execute p_statement;
    v_start := clock_timestamp();
    for i in 1 .. 500 loop
        execute p_statement;
    end loop;
    return extract(epoch from clock_timestamp() - v_start) * 1000000 / 500;
end
$$;
set plan_cache_mode = force_generic_plan;
prepare month_sealed as select count(*) from bench.sealed where id = 7 and created_at >= '2024-03-01' and created_at < '2024-04-01';
prepare month_plain as select count(*) from bench.plain where id = 7 and created_at >= '2024-03-01' and created_at < '2024-04-01';
prepare months_sealed as select count(*) from bench.sealed where id = 7;
prepare months_plain as select count(*) from bench.plain where id = 7;
prepare open_sealed as select count(*) from bench.tenants t cross join lateral prosa.authenticate(t.api_key) where t.number = 1;
prepare open_plain as select count(*) from bench.tenants t where t.number = 1;
begin;
select count(*) from bench.tenants t cross join lateral prosa.authenticate(t.api_key) where t.number = 1 \g /dev/null
select m.name, round(percentile_cont(0.5) within group (order by m.sealed)::numeric, 1), round(percentile_cont(0.5) within group (order by m.plain)::numeric, 1),
       round(percentile_cont(0.5) within group (order by m.sealed - m.plain)::numeric, 1)
  from (select s.name, pg_temp.timed('execute ' || s.name || '_sealed') as sealed, pg_temp.timed('execute ' || s.name || '_plain') as plain
          from generate_series(1, :rounds) r cross join (values ('month'), ('months'), ('open')) s (name)) m
 group by m.name order by m.name;
commit;
