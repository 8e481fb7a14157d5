-- The same table twice, 24 months, ten tenants: behind the policy of Prosa, and behind one that trusts a plain setting.
create function bench.plain_tenant_id() returns uuid language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')::uuid;
do $$
declare
    v_name text;
begin
    foreach v_name in array array['sealed', 'plain'] loop
        execute format('create table bench.%I (tenant_id uuid not null, created_at timestamptz not null, id integer not null,
                            primary key (tenant_id, id, created_at)) partition by range (created_at)', v_name);
        for i in 0 .. 23 loop
            execute format('create table bench.%I partition of bench.%I for values from (%L) to (%L)', v_name || i, v_name,
                           date '2024-01-01' + i * interval '1 month', date '2024-02-01' + i * interval '1 month');
        end loop;
        execute format('insert into bench.%I select t.id, date ''2024-01-15'' + m * interval ''1 month'', i
                          from bench.tenants t, generate_series(0, 23) m, generate_series(1, 500) i', v_name);
        execute format('alter table bench.%I enable row level security', v_name);
    end loop;
end
$$;
create policy tenant_isolation on bench.sealed using (tenant_id = (select prosa.current_tenant_id()));
create policy tenant_isolation on bench.plain using (tenant_id = (select bench.plain_tenant_id()));
grant select on bench.sealed, bench.plain to prosa_bench_app;
grant execute on function bench.plain_tenant_id() to prosa_bench_app;
vacuum analyze bench.sealed;
vacuum analyze bench.plain;
