create or replace function prosa._fill_spaces(p_pause interval default '500 milliseconds', p_limit integer default 4)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_fill record;
    v_filled integer := 0;
begin
    for v_fill in
        select f.tenant_id, f.space_id from prosa.embedding_fills f
         where f.finished_at is null and f.checked_at <= clock_timestamp() - p_pause
         order by f.checked_at limit p_limit
           for update skip locked
    loop
        -- whoever changes the tenant's spaces comes first
        continue when not prosa._lock_spaces(v_fill.tenant_id, false);
        perform prosa._fill_space(v_fill.tenant_id, v_fill.space_id);
        v_filled := v_filled + 1;
    end loop;
    return v_filled;
end
$$;
comment on function prosa._fill_spaces(interval, integer) is
'Goes on with the spaces that are being filled, of up to p_limit tenants, those first that have waited longest; each is left alone for p_pause in between. Returns how many. Called by whoever claims from the queue, and by maintenance.';
