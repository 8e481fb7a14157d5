create or replace function prosa._fill_spaces(p_pause interval default '500 milliseconds', p_limit integer default 4)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- whoever claims waits for nobody's switch
    set lock_timeout = '500ms'
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
        begin
            perform prosa._fill_space(v_fill.tenant_id, v_fill.space_id);
            v_filled := v_filled + 1;
        -- one tenant's trouble is not that of those whose items would be claimed now
        exception when others then
            update prosa.embedding_fills f
               set checked_at = clock_timestamp() + case when sqlstate in ('55P03', '40P01') then interval '0' else interval '1 minute' end,
                   last_error = left(format('%s (%s)', sqlerrm, sqlstate), 500)
             where f.tenant_id = v_fill.tenant_id and f.space_id = v_fill.space_id;
        end;
    end loop;
    return v_filled;
end
$$;
comment on function prosa._fill_spaces(interval, integer) is
'Goes on with the spaces that are being filled, of up to p_limit tenants, those first that have waited longest; each is left alone for p_pause in between. Returns how many. What fails is tried again, and its reason kept in embedding_fills.last_error. Called by whoever claims from the queue, and by maintenance.';
