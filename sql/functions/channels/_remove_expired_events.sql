create or replace function prosa._remove_expired_events(p_batch_size integer)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, however large the table is
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_seqscan = off
    set enable_bitmapscan = off
as $$
declare
    v_tenant record;
    v_removed bigint := 0;
    v_count bigint;
begin
    for v_tenant in select r.tenant_id, r.cutoff from prosa._retention() r where not r.is_held order by r.tenant_id loop
        with expired as materialized (
            select e.received_at, e.id from prosa.inbound_events e
             where e.tenant_id = v_tenant.tenant_id and e.received_at < v_tenant.cutoff
             order by e.received_at, e.id limit p_batch_size - v_removed
        )
        delete from prosa.inbound_events e
         using expired x
         where e.tenant_id = v_tenant.tenant_id and e.received_at = x.received_at and e.id = x.id and e.received_at < v_tenant.cutoff;
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        exit when v_removed >= p_batch_size;
    end loop;
    return v_removed;
end
$$;
comment on function prosa._remove_expired_events(integer) is
'Removes up to p_batch_size webhook events that are past their tenant''s retention; returns how many.';
