create or replace function prosa._sweep_expired_month(p_batch_size integer)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, however large the tables are
    set enable_seqscan = off
    set enable_bitmapscan = off
as $$
declare
    v_month prosa.expired_months;
    v_messages prosa.message_key[];
    v_count bigint := 0;
begin
    select e.* into v_month from prosa.expired_months e where e.swept_at is null order by e.ends_at, e.name limit 1 for update skip locked;
    if not found then
        return null;
    end if;
    if to_regclass(format('prosa.%I', v_month.name)) is not null then
        execute format(
            'select array_agg(row(m.tenant_id, m.created_at, m.id, m.inbox_id, m.external_id)::prosa.message_key order by m.tenant_id, m.created_at, m.id)
               from (select x.tenant_id, x.created_at, x.id, x.inbox_id, x.external_id from prosa.%I x
                      where ($1).tenant_id is null or (x.tenant_id, x.created_at, x.id) > (($1).tenant_id, ($1).created_at, ($1).id)
                      order by x.tenant_id, x.created_at, x.id limit $2) m', v_month.name)
           into v_messages using v_month.swept_to, p_batch_size;
        v_count := coalesce(cardinality(v_messages), 0);
    end if;
    -- another transaction is about to settle one: next time
    if exists (select from unnest(v_messages) m where prosa._waits_in_outbox(m)) then
        raise notice 'messages of % are not settled yet; they are swept next time', v_month.name;
        return null;
    end if;
    perform prosa._remove_companions(v_messages);
    update prosa.expired_months e
       set swept_to = coalesce(v_messages[v_count], e.swept_to),
           swept_messages = e.swept_messages + v_count,
           swept_at = case when v_count < p_batch_size then now() end
     where e.name = v_month.name;
    perform prosa._note_removal(v_messages);
    return v_count;
end
$$;
comment on function prosa._sweep_expired_month(integer) is
'Removes what hangs on the next messages of a detached month, and notes how far it came. Returns their number; null when nothing is left to do.';
