create or replace function prosa._months(p_parent text)
    returns table (month regclass, starts_at timestamptz, ends_at timestamptz)
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
begin
    return query
    select h.inhrelid::regclass, b.bound[1]::timestamptz, b.bound[2]::timestamptz
      from pg_inherits h join pg_class c on c.oid = h.inhrelid
     cross join lateral (select regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\) TO \(''([^'']+)''\)')) b (bound)
     where h.inhparent = to_regclass(p_parent) and b.bound is not null;
end
$$;
comment on function prosa._months(text) is 'The months of a table of _monthly_tables(), from starts_at to before ends_at; without its default partition.';
