create or replace function prosa.fail_embeddings(
    p_tenant_id uuid,
    items jsonb,
    reason text,
    at_fault text default 'item',
    retry_after interval default null,
    provider jsonb default null)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- the queue is read by key, whatever was known of its size when this was planned
    set enable_seqscan = off
    set enable_bitmapscan = off
    set jit = off
as $$
declare
    c_max_attempts constant integer := 5;
    v_space_id constant uuid := (items #>> '{0,space_id}')::uuid;
    v_active_id constant uuid := prosa._active_space(p_tenant_id);
    -- an endpoint that was given another model may refuse everything: that is no item's fault
    v_model_change constant text := prosa._model_change(p_tenant_id, v_space_id);
    v_counts boolean;
    v_item record;
    v_open_until timestamptz;
    v_priorities smallint[];
    v_priority smallint;
    v_changed integer := 0;
begin
    if at_fault is null or at_fault not in ('item', 'endpoint', 'space', 'nobody') or (at_fault = 'endpoint' and provider is null) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'at_fault must be item, endpoint (then provider names it), space or nobody';
    end if;
    if v_model_change is not null then
        reason := concat_ws('; ', v_model_change, reason);
        at_fault := case at_fault when 'item' then 'space' else at_fault end;
    end if;
    v_counts := at_fault = 'item';
    for v_item in select i.kind, i.item_id, i.enqueued_at, i.space_id from jsonb_to_recordset(items) i (kind text, item_id uuid, enqueued_at timestamptz, space_id uuid) loop
        update prosa.embedding_queue q
           set attempts = case when v_counts then q.attempts else greatest(q.attempts - 1, 0) end,
               is_leased = false,
               -- 5, 10, 20, 40 s …; where the endpoint is at fault its circuit makes them wait, not a change of each item
               available_at = clock_timestamp() + case
                   when at_fault in ('endpoint', 'space') then interval '0'
                   else coalesce(retry_after, case when v_counts then interval '5 seconds' * power(2, least(q.attempts, 10) - 1) else interval '0' end) end,
               failed_at = case when v_counts and q.attempts >= c_max_attempts then clock_timestamp() end,
               last_error = left(reason, 500)
         where q.tenant_id = p_tenant_id and q.kind = v_item.kind and q.item_id = v_item.item_id
           and (v_item.space_id is null or coalesce(q.space_id, v_active_id) is not distinct from v_item.space_id)
           and (v_item.enqueued_at is null or v_item.enqueued_at = q.enqueued_at)
        returning q.priority into v_priority;
        if found then
            v_changed := v_changed + 1;
            if v_priority <> all (coalesce(v_priorities, '{}')) then
                v_priorities := v_priorities || v_priority;
            end if;
        end if;
    end loop;

    if at_fault = 'endpoint' then
        v_open_until := prosa._open_circuit(prosa._endpoint_key(provider),
            concat_ws(' ', provider ->> 'protocol', (select h.host_port from prosa._endpoint_host(provider ->> 'base_url') h), provider ->> 'model'),
            reason, retry_after);
    elsif at_fault <> 'nobody' and provider is not null then
        -- it answered
        delete from prosa.embedding_circuits c where c.key = prosa._endpoint_key(provider);
        update prosa.embedding_circuits c set probe_until = null where c.key = prosa._space_circuit(p_tenant_id, v_space_id);
    end if;
    if at_fault = 'space' then
        v_open_until := prosa._open_circuit(prosa._space_circuit(p_tenant_id, v_space_id), format('space of tenant %s', p_tenant_id), reason, retry_after);
    end if;
    if v_open_until is not null then
        foreach v_priority in array coalesce(v_priorities, '{}') loop
            perform prosa._hold_turn(p_tenant_id, v_priority, 'paused', v_open_until);
        end loop;
    end if;
    if v_counts then
        perform prosa._count_embedded(p_tenant_id, 0, v_changed);
    end if;
    return v_changed;
end
$$;
comment on function prosa.fail_embeddings(uuid, jsonb, text, text, interval, jsonb) is
'Returns claimed items to the queue with the reason. Returns the number of items.
items: [{"kind": "message", "item_id": "…", "enqueued_at": "…", "space_id": "…"}, …] as claimed.
at_fault: item, and it was an attempt: it waits 5 s, twice as long each time, and the fifth is the last (failed_at is set). endpoint: nobody calls the one in provider, as claimed, for retry_after, or for 30 s, twice as long each time, up to 15 minutes. space: the same for this tenant and space alone, whose vectors the database refuses. nobody: they are due after retry_after, or at once. Only item counts an attempt, and not while the endpoint is configured for another model than the tenant''s space has: then the space is at fault. provider with item or space: the endpoint answered, which ends its pause.
Errors: 22023 bad parameter.
Example: select prosa.fail_embeddings(:tenant_id, :items, ''429 Too Many Requests'', ''endpoint'', interval ''20 seconds'', :provider);';
