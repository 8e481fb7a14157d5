create or replace function prosa._find_turns(p_is_urgent boolean)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- the queue is read along its index, whatever was known of its size when this was planned
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
as $$
declare
    v_start constant timestamptz := clock_timestamp();
    v_took interval;
begin
    if not p_is_urgent and exists (select from prosa.embedding_scan s where s.next_at > v_start)
       or not pg_try_advisory_xact_lock(hashtextextended('prosa._find_turns', 0)) then
        return false;
    end if;
    -- by hopping along the index: a tenant with a million items costs one step
    with recursive work (tenant_id, priority, due_at) as (
        (select q.tenant_id, q.priority, q.available_at from prosa.embedding_queue q
          where q.failed_at is null order by q.tenant_id, q.priority, q.available_at, q.item_id limit 1)
        union all
        select n.* from work w cross join lateral (
            select q.tenant_id, q.priority, q.available_at from prosa.embedding_queue q
             where q.failed_at is null and (q.tenant_id, q.priority) > (w.tenant_id, w.priority)
             order by q.tenant_id, q.priority, q.available_at, q.item_id limit 1) n
    ), work_found as materialized (
        select * from work
    ), earlier as (
        -- whose row a claim holds is being served
        select t.tenant_id, t.priority, w.due_at from prosa.embedding_turns t
          join work_found w on w.tenant_id = t.tenant_id and w.priority = t.priority and w.due_at < t.due_at
           for update of t skip locked
    ), woken as (
        update prosa.embedding_turns t set due_at = e.due_at, served_at = clock_timestamp()
          from earlier e where t.tenant_id = e.tenant_id and t.priority = e.priority
    )
    insert into prosa.embedding_turns (tenant_id, priority, due_at)
    select w.tenant_id, w.priority, w.due_at from work_found w
     where exists (select from prosa.tenants t where t.id = w.tenant_id)
    on conflict on constraint embedding_turns_pkey do nothing;
    v_took := clock_timestamp() - v_start;
    -- at most a twentieth of somebody's time, however many dead entries a held snapshot keeps in the index
    if v_took > interval '1 millisecond' then
        update prosa.embedding_scan s set next_at = clock_timestamp() + 20 * v_took;
    end if;
    return true;
end
$$;
comment on function prosa._find_turns(boolean) is
'Notes in embedding_turns which tenants have work in the queue, and from when. Returns false where it was just done, or is being done. p_is_urgent: nothing else is due, so there is time.';
