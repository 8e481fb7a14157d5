create or replace function prosa._remove_expired_events(p_batch_size integer)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, however large the table is
    set enable_seqscan = off
    set enable_bitmapscan = off
as $$
declare
    v_tenant record;
    v_expired record;
    v_removed bigint := 0;
    v_count bigint;
begin
    for v_tenant in select r.tenant_id, r.cutoff from prosa._retention() r where not r.is_held order by r.tenant_id loop
        select array_agg(e.id) as ids, min(e.received_at) as first, max(e.received_at) as last into v_expired
          from (select x.received_at, x.id from prosa.inbound_events x
                 where x.tenant_id = v_tenant.tenant_id and x.received_at < v_tenant.cutoff
                 order by x.received_at, x.id limit p_batch_size - v_removed) e;
        delete from prosa.inbound_events e
         where e.tenant_id = v_tenant.tenant_id and e.received_at between v_expired.first and v_expired.last and e.id = any (v_expired.ids);
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        exit when v_removed >= p_batch_size;
        -- what an import left behind
        delete from prosa.message_imports i
         where i.tenant_id = v_tenant.tenant_id
           and (i.import_name, i.row_number) in (
                   select x.import_name, x.row_number from prosa.message_imports x
                    where x.tenant_id = v_tenant.tenant_id and x.created_at < v_tenant.cutoff and x.processed_at is not null
                    limit p_batch_size - v_removed);
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        exit when v_removed >= p_batch_size;
    end loop;
    return v_removed;
end
$$;
comment on function prosa._remove_expired_events(integer) is
'Removes up to p_batch_size webhook events, and rows that import_messages() has processed, that are past their tenant''s retention; returns how many.';
