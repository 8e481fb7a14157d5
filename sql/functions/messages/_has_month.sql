create or replace function prosa._has_month(p_month timestamptz)
    returns boolean
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    set datestyle = 'ISO'
as $$
begin
    return exists (
        select from pg_inherits h join pg_class c on c.oid = h.inhrelid
         where h.inhparent = 'prosa.messages'::regclass and not h.inhdetachpending
           and strpos(pg_get_expr(c.relpartbound, c.oid), format('FROM (%L)', p_month)) > 0);
end
$$;
comment on function prosa._has_month(timestamptz) is 'Whether messages has a partition that begins with p_month, the first instant of a month of UTC.';
