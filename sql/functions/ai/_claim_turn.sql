create or replace function prosa._claim_turn(p_tenant_id uuid, p_priority smallint, p_size integer, p_lease interval)
    returns table (tenant_id uuid, kind text, item_id uuid, item_created_at timestamptz, content text, provider jsonb,
                   enqueued_at timestamptz, space_id uuid, is_probe boolean)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- the queue is read along its index, whatever was known of its size when this was planned
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
    set enable_sort = off
as $$
#variable_conflict use_column
declare
    c_max_attempts constant integer := 5;
    c_max_chars constant integer := 250000;
    v_start constant timestamptz := clock_timestamp();
    v_turn prosa.embedding_turns;
    v_first record;
    v_item record;
    v_circuit record;
    v_space_id uuid;
    v_keys uuid[];
    v_size integer;
    v_chars bigint := 0;
    v_max_chars bigint;
    v_claimed integer := 0;
    v_removed integer := 0;
    v_rescan_at timestamptz;
begin
    select t.* into v_turn from prosa.embedding_turns t where t.tenant_id = p_tenant_id and t.priority = p_priority;
    if not found then
        return;
    end if;
    v_rescan_at := v_turn.rescan_at;
    -- The first due item, from where the last batch began. Before that there are entries of what is done, and what was
    -- committed late; where reading those takes long, it is not done at every claim.
    for v_pass in 1..2 loop
        if v_pass = 1 and v_rescan_at > v_start then
            select q.item_id, q.available_at, q.space_id, q.space_key into v_first from prosa.embedding_queue q
             where q.tenant_id = p_tenant_id and q.priority = p_priority and q.failed_at is null
               and (q.available_at, q.item_id) >= (v_turn.cursor_at, v_turn.cursor_id)
             order by q.available_at, q.item_id limit 1;
            exit when v_first.available_at <= v_start;
        elsif v_rescan_at <= clock_timestamp() then
            v_rescan_at := clock_timestamp();
            select q.item_id, q.available_at, q.space_id, q.space_key into v_first from prosa.embedding_queue q
             where q.tenant_id = p_tenant_id and q.priority = p_priority and q.failed_at is null
             order by q.available_at, q.item_id limit 1;
            if clock_timestamp() - v_rescan_at > interval '1 millisecond' then
                v_rescan_at := clock_timestamp() + 50 * (clock_timestamp() - v_rescan_at);
            end if;
            exit;
        end if;
    end loop;
    if v_first.available_at is null or v_first.available_at > v_start then
        update prosa.embedding_turns t
           set due_at = least(coalesce(v_first.available_at, 'infinity'), case when v_rescan_at > clock_timestamp() then v_rescan_at else 'infinity' end),
               rescan_at = v_rescan_at
         where (t.tenant_id, t.priority) in (
               select x.tenant_id, x.priority from prosa.embedding_turns x
                where x.tenant_id = p_tenant_id and x.priority = p_priority for update skip locked);
        return;
    end if;

    -- may its endpoint be called?
    v_space_id := coalesce(v_first.space_id, prosa._active_space(p_tenant_id));
    provider := prosa._provider_config(p_tenant_id, 'embedding', false, v_space_id);
    if provider is null then
        perform prosa._hold_turn(p_tenant_id, p_priority, 'missing', 'infinity');
        return;
    end if;
    v_size := least(p_size, (provider ->> 'max_batch')::integer);
    v_max_chars := coalesce((provider ->> 'max_batch_chars')::bigint, c_max_chars);
    v_keys := array[prosa._endpoint_key(provider), prosa._space_circuit(p_tenant_id, v_space_id)];
    is_probe := false;
    select c.open_until into v_circuit from prosa.embedding_circuits c where c.key = any (v_keys) order by c.open_until desc limit 1;
    if found then
        if v_circuit.open_until > clock_timestamp() then
            perform prosa._hold_turn(p_tenant_id, p_priority, 'paused', v_circuit.open_until);
            return;
        end if;
        update prosa.embedding_circuits c set probe_until = clock_timestamp() + p_lease
         where c.key = any (v_keys) and c.open_until <= clock_timestamp() and coalesce(c.probe_until, '-infinity') <= clock_timestamp();
        if not found then
            perform prosa._hold_turn(p_tenant_id, p_priority, 'probing', clock_timestamp() + interval '1 second');
            return;
        end if;
        is_probe := true;
        -- one item finds out; a dead endpoint does not make a long queue be rewritten
        v_size := 1;
    end if;

    loop
        for v_item in
            select q.kind, q.item_id, q.item_created_at, q.space_id, q.space_key, q.enqueued_at, q.attempts from prosa.embedding_queue q
             where q.tenant_id = p_tenant_id and q.priority = p_priority and q.failed_at is null
               and q.space_key = v_first.space_key
               and (q.available_at, q.item_id) >= (v_first.available_at, v_first.item_id) and q.available_at <= v_start
             order by q.available_at, q.item_id limit v_size
               for update skip locked
        loop
            content := prosa._embedding_input(p_tenant_id, v_item.kind, v_item.item_id, v_item.item_created_at);
            if content is null then
                delete from prosa.embedding_queue q
                 where q.tenant_id = p_tenant_id and q.kind = v_item.kind and q.item_id = v_item.item_id and q.space_key = v_item.space_key;
                v_removed := v_removed + 1;
                continue;
            elsif v_item.attempts >= c_max_attempts then
                -- given back, it would have been counted down or given up
                update prosa.embedding_queue q
                   set failed_at = clock_timestamp(), is_leased = false,
                       last_error = coalesce(q.last_error, 'claimed again and again, and neither embedded nor given back: its worker ended or hung')
                 where q.tenant_id = p_tenant_id and q.kind = v_item.kind and q.item_id = v_item.item_id and q.space_key = v_item.space_key;
                v_removed := v_removed + 1;
                continue;
            end if;
            v_chars := v_chars + length(content);
            exit when v_claimed > 0 and v_chars > v_max_chars;
            update prosa.embedding_queue q
               set available_at = clock_timestamp() + p_lease, attempts = q.attempts + 1, is_leased = true
             where q.tenant_id = p_tenant_id and q.kind = v_item.kind and q.item_id = v_item.item_id and q.space_key = v_item.space_key;
            tenant_id := p_tenant_id;
            kind := v_item.kind;
            item_id := v_item.item_id;
            item_created_at := v_item.item_created_at;
            enqueued_at := v_item.enqueued_at;
            space_id := v_space_id;
            v_claimed := v_claimed + 1;
            return next;
        end loop;
        exit when v_claimed > 0 or v_removed = 0;
        -- what was looked at is gone; there may be more
        v_removed := 0;
    end loop;

    if v_claimed = 0 and is_probe then
        update prosa.embedding_circuits c set probe_until = null where c.key = any (v_keys);
    end if;
    update prosa.embedding_turns t
       set served_at = clock_timestamp(), cursor_at = v_first.available_at, cursor_id = v_first.item_id, rescan_at = v_rescan_at,
           endpoint_state = case when is_probe then 'probing' else 'ready' end, paused_until = null
     where (t.tenant_id, t.priority) in (
           select x.tenant_id, x.priority from prosa.embedding_turns x
            where x.tenant_id = p_tenant_id and x.priority = p_priority for update skip locked);
end
$$;
comment on function prosa._claim_turn(uuid, smallint, integer, interval) is
'Claims due items of one tenant, priority and embedding space, where the endpoint may be called: as many as it takes in a call. No rows: there are none, or it may not; embedding_turns then says until when.';
