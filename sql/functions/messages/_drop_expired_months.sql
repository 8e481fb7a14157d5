create or replace function prosa._drop_expired_months()
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    -- under deadlock_timeout: retention yields, never a writer
    set lock_timeout = '500ms'
as $$
declare
    v_reach timestamptz := now() - make_interval(days => (select max(p.retention_days) from prosa.plans p));
    v_month record;
    v_is_empty boolean;
    v_dropped integer := 0;
begin
    for v_month in
        select format('%I.%I', p.partition_schemaname, p.partition_tablename) as name
          from @extschema:pg_partman@.show_partitions('prosa.messages') p
         cross join lateral @extschema:pg_partman@.show_partition_info(
                   format('%s.%s', p.partition_schemaname, p.partition_tablename), null, 'prosa.messages') i
         where i.child_end_time <= v_reach
    loop
        begin
            execute format('lock table %s in access exclusive mode', v_month.name);
            execute format('select not exists (select from %s)', v_month.name) into v_is_empty;
            if v_is_empty then
                execute format('drop table %s', v_month.name);
                v_dropped := v_dropped + 1;
            end if;
        exception when lock_not_available or deadlock_detected then
            raise notice 'the month % is in use; it will be dropped next time', v_month.name;
        end;
    end loop;
    return v_dropped;
end
$$;
comment on function prosa._drop_expired_months() is
'Drops the empty months that the longest retention does not reach; one that is in use is left for the next time.';
