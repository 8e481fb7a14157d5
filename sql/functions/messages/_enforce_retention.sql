create or replace function prosa._enforce_retention(p_state jsonb, p_batch_size integer)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    -- under deadlock_timeout: retention yields, never a writer
    set lock_timeout = '500ms'
as $$
declare
    c_steps constant text[] := array['settle', 'memory', 'detach', 'sweep', 'drop', 'delete', 'events', 'done'];
    v_step constant text := coalesce(p_state ->> 'step', 'settle');
    v_at constant jsonb := p_state -> 'at';
    v_tries integer := coalesce((p_state ->> 'tries')::integer, 0) + 1;
    -- where the step goes on; null at its end
    v_next jsonb;
    v_removed bigint := coalesce((p_state ->> 'removed')::bigint, 0);
    v_month record;
    v_count bigint;
begin
    if p_batch_size is null or p_batch_size not between 1 and 100000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'a batch has 1 to 100,000 rows';
    elsif current_setting('transaction_isolation') <> 'read committed' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'retention must see what was committed a moment ago, such as a legal hold',
            hint = 'Run it at READ COMMITTED.';
    end if;
    if not pg_try_advisory_xact_lock(hashtextextended('prosa.enforce_retention', 0)) then
        raise notice 'retention is running already';
        return jsonb_build_object('step', 'done', 'removed', v_removed);
    end if;

    if v_step = 'detach' then
        select m.* into v_month from prosa._find_expired_months(coalesce(v_at ->> 'parent', ''),
                                                                coalesce((v_at ->> 'ends_at')::timestamptz, '-infinity'), 1) m;
    end if;
    begin
        if v_step in ('memory', 'detach', 'delete', 'events') then
            -- from here to the end of the transaction nobody places a hold; one that is being placed is waited for
            lock table prosa.legal_holds in share mode;
        end if;
        case v_step
            when 'settle' then
                -- what goes has been counted
                v_next := case when prosa._settle_messages() >= 10000 then '{}'::jsonb end;
            when 'memory' then
                -- before the messages: no window shall outlive its turns
                v_next := case when prosa._remove_expired_memory(p_batch_size) >= p_batch_size then '{}'::jsonb end;
            when 'detach' then
                if v_month.month is not null then
                    perform prosa._detach_expired_month(v_month.parent, v_month.month_of, v_month.month, v_month.starts_at, v_month.ends_at);
                    v_next := jsonb_build_object('parent', v_month.parent, 'ends_at', v_month.ends_at);
                end if;
            when 'sweep' then
                v_count := prosa._sweep_expired_month(p_batch_size);
                v_next := case when v_count is not null then '{}'::jsonb end;
            when 'drop' then
                v_next := case when prosa._drop_expired_month() then '{}'::jsonb end;
            when 'delete' then
                select d.p_after, d.removed into v_next, v_count from prosa._remove_expired_messages(v_at, p_batch_size) d;
            when 'events' then
                v_next := case when prosa._remove_expired_events(p_batch_size) >= p_batch_size then '{}'::jsonb end;
        end case;
        v_removed := v_removed + coalesce(v_count, 0);
    exception when lock_not_available or deadlock_detected then
        if v_tries < 3 then
            return coalesce(p_state, '{}') || jsonb_build_object('tries', v_tries);
        end if;
        raise notice 'retention leaves "%" for the next time: %', v_step, sqlerrm;
        v_next := case when v_step = 'detach' then jsonb_build_object('parent', v_month.parent, 'ends_at', v_month.ends_at) end;
    end;
    return jsonb_build_object('step', case when v_next is null then c_steps[array_position(c_steps, v_step) + 1] else v_step end,
                              'removed', v_removed)
           || case when v_next is null then '{}' else jsonb_build_object('at', v_next) end;
end
$$;
comment on function prosa._enforce_retention(jsonb, integer) is
'One step of retention, to be a transaction of its own: null begins, then what the last step returned, until {"step": "done", "removed": messages}. Everything that must outlive a crash stands in tables.';
