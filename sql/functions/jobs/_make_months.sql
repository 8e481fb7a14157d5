create or replace function prosa._make_months(p_parent text)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
begin
    perform @extschema:pg_partman@.run_maintenance(p_parent_table := p_parent, p_analyze := false, p_jobmon := false);
    -- a row dated far ahead has its month now, which partman takes for the end of its work: so the next ones by date
    perform @extschema:pg_partman@.create_partition_time(
        p_parent_table := p_parent,
        p_partition_times := array(select generate_series(
            date_trunc('month', now()), date_trunc('month', now()) + interval '4 months', interval '1 month')));
end
$$;
comment on function prosa._make_months(text) is 'Makes this month and the next four of a table, where they are missing.';
