create or replace function prosa._fill_space(p_tenant_id uuid, p_space_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, row by row, however large the tables are
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
as $$
declare
    c_rows constant integer := 500;
    c_waiting constant integer := 1000;
    v_until constant timestamptz := clock_timestamp() + interval '100 milliseconds';
    v_is_active constant boolean := p_space_id is not distinct from prosa._active_space(p_tenant_id);
    v_fill prosa.embedding_fills;
    v_waiting integer;
    v_chunk record;
begin
    select f.* into strict v_fill from prosa.embedding_fills f where f.tenant_id = p_tenant_id and f.space_id = p_space_id;
    -- what a worker stores that saw the space retired still takes vectors from it: the last look comes after it
    if v_fill.barrier > pg_snapshot_xmax(pg_current_snapshot())
       or not exists (select from pg_snapshot_xip(pg_current_snapshot()) x where x < v_fill.barrier) then
        v_fill.barrier := null;
    end if;
    select count(*) into v_waiting
      from (select from prosa.embedding_queue q
             where q.tenant_id = p_tenant_id and q.space_id = p_space_id and q.failed_at is null limit c_waiting) w;

    while v_fill.scanned_at is null and v_fill.barrier is null and v_waiting < c_waiting and clock_timestamp() < v_until loop
        with chunk as materialized (
            (select m.created_at, m.id, m.role in ('user', 'assistant', 'operator') as has_text
               from prosa.messages m
              where v_fill.kind = 'message' and m.tenant_id = p_tenant_id and m.created_at <= v_fill.before_created_at
                and (m.created_at, m.id) < (v_fill.before_created_at, v_fill.before_id)
              order by m.created_at desc, m.id desc
              limit c_rows)
            union all
            (select '-infinity', c.id, true
               from prosa.memory_chunks c
              where v_fill.kind = 'memory' and c.tenant_id = p_tenant_id and c.id < v_fill.before_id
              order by c.id desc
              limit c_rows)
        ), missing as materialized (
            select c.created_at, c.id
              from chunk c
             where c.has_text
               and not exists (select from prosa.embeddings e
                                where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind = v_fill.kind and e.item_id = c.id
                                  and e.segment_id = (select s.segment_id from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = p_space_id))
               -- what waits for the active space comes to this one with it
               and not exists (select from prosa.embedding_queue q
                                where q.tenant_id = p_tenant_id and q.kind = v_fill.kind and q.item_id = c.id
                                  and (q.space_id = p_space_id
                                       or q.space_id is null and (v_is_active or v_fill.pass > 1 and q.failed_at is null)))
        ), queued as (
            insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at, enqueued_at, available_at, space_id, priority)
            select p_tenant_id, v_fill.kind, m.id, coalesce(c.created_at, m.created_at), clock_timestamp(), clock_timestamp(), p_space_id, 1
              from missing m
              left join prosa.memory_chunks c on v_fill.kind = 'memory' and c.tenant_id = p_tenant_id and c.id = m.id
             where prosa._embedding_input(p_tenant_id, v_fill.kind, m.id, m.created_at) is not null
            on conflict on constraint embedding_queue_pkey do nothing
            returning 1
        ), last as (
            select c.created_at, c.id from chunk c order by c.created_at, c.id limit 1
        )
        select l.created_at, l.id, (select count(*) from chunk) as seen, (select count(*) from queued) as queued
          into v_chunk from (select) one left join last l on true;
        v_waiting := v_waiting + v_chunk.queued;
        v_fill.queued_in_pass := v_fill.queued_in_pass + v_chunk.queued;
        if v_chunk.seen = c_rows then
            v_fill.before_created_at := v_chunk.created_at;
            v_fill.before_id := v_chunk.id;
        elsif v_fill.kind = 'message' then
            v_fill.kind := 'memory';
            v_fill.before_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        elsif v_fill.pass > 1 and v_fill.queued_in_pass = 0 then
            v_fill.scanned_at := clock_timestamp();
        else
            if v_fill.pass = 1 then
                v_fill.barrier := pg_snapshot_xmax(pg_current_snapshot());
            end if;
            v_fill.pass := v_fill.pass + 1;
            v_fill.kind := 'message';
            v_fill.before_created_at := 'infinity';
            v_fill.before_id := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
            v_fill.queued_in_pass := 0;
        end if;
    end loop;

    -- what one that is active already still lacks waits in the queue, as new messages do
    if v_fill.scanned_at is not null and (v_is_active or not prosa._is_fill_waiting(p_tenant_id, p_space_id, v_fill.scanned_at)) then
        if not v_is_active then
            perform prosa._switch_space(p_tenant_id, p_space_id);
        end if;
        v_fill.finished_at := clock_timestamp();
    end if;
    update prosa.embedding_fills f
       set pass = v_fill.pass, kind = v_fill.kind, before_created_at = v_fill.before_created_at, before_id = v_fill.before_id,
           queued_in_pass = v_fill.queued_in_pass, barrier = v_fill.barrier, scanned_at = v_fill.scanned_at,
           finished_at = v_fill.finished_at, checked_at = clock_timestamp(), last_error = null
     where f.tenant_id = p_tenant_id and f.space_id = p_space_id;
end
$$;
comment on function prosa._fill_space(uuid, uuid) is
'Queues some of what a space lacks, as long as not many of its items wait already, and switches to it when it lacks nothing and nothing waits. Takes about a tenth of a second at most.';
