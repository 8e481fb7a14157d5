create or replace function prosa._close_usage(p_tenant_id uuid, p_cutoff timestamptz)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- a day of which a part went is not whole either
    v_before constant date := ((p_cutoff - interval '1 microsecond') at time zone 'UTC')::date + 1;
begin
    insert into prosa.usage_closed as c (tenant_id, before) values (p_tenant_id, v_before)
    on conflict on constraint usage_closed_pkey do update set before = excluded.before where c.before < excluded.before;
end
$$;
comment on function prosa._close_usage(uuid, timestamptz) is
'For whoever removes messages older than p_cutoff, in the transaction that removes the first of them: the sums of their days stand for good.';
