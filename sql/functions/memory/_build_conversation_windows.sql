create or replace function prosa._build_conversation_windows(p_tenant_id uuid, p_conversation_id uuid, p_next_index bigint, p_since timestamptz)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- for this conversation, whose messages begin at p_since: months before it are not opened
    set plan_cache_mode = force_custom_plan
as $$
declare
    c_quiet constant interval := interval '10 minutes';
    v_size constant integer := prosa._window_turns(p_tenant_id);
    -- two of five turns, one of two, three or four, are in the next window too
    v_step constant integer := greatest(v_size - greatest(v_size * 2 / 5, 1), 1);
    -- messages of one call: a long import is done in several
    v_limit integer := 1000;
    v_from timestamptz := greatest(p_since, prosa._retention_cutoff(p_tenant_id));
    v_found record;
    v_count integer;
    v_first integer := 1;
    v_covered bigint;
    v_next bigint;
    v_due_at timestamptz;
    -- of each window its first turn and its last
    v_made bigint[] := array[]::bigint[];
    v_ends bigint[] := array[]::bigint[];
begin
    if v_size = 0 then
        update prosa.memory_progress p set due_at = null, last_error = null where p.tenant_id = p_tenant_id and p.conversation_id = p_conversation_id;
        return;
    end if;
    loop
        select array_agg(t.message_index) filter (where t.is_turn) as indexes, array_agg(t.created_at) filter (where t.is_turn) as times,
               array_agg(t.message_index) as all_indexes, array_agg(t.created_at) as all_times,
               max(t.recorded_at) + c_quiet as quiet_at, count(*) < v_limit as is_all, count(*) = max(t.message_index) - p_next_index + 1 as is_dense
          into v_found
          from (select m.message_index, m.created_at, m.recorded_at, prosa._is_turn(m.role, m.content) as is_turn
                  from prosa.messages m
                 where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id
                   and m.created_at >= v_from and m.message_index >= p_next_index
                 order by m.message_index
                 limit v_limit) t;
        v_count := coalesce(cardinality(v_found.indexes), 0);
        if v_found.is_dense is false and v_from > prosa._retention_cutoff(p_tenant_id) then
            -- indexes have no gaps: one that was sent long before and waits in the outbox, or that retention has removed
            v_from := prosa._retention_cutoff(p_tenant_id);
        elsif v_count < v_size and not v_found.is_all then
            -- hardly anybody speaks among what programs say
            v_limit := 10 * v_limit;
        else
            exit;
        end if;
    end loop;

    -- whole ones, each beginning v_step turns after the one before
    while v_first + v_size - 1 <= v_count loop
        v_made := v_made || v_found.indexes[v_first];
        v_ends := v_ends || v_found.indexes[v_first + v_size - 1];
        v_first := v_first + v_step;
    end loop;
    v_next := coalesce(v_found.indexes[v_first], p_next_index);
    if not v_found.is_all then
        v_due_at := clock_timestamp();
    elsif v_first <= v_count then
        -- What follows the last whole one is one too once nobody has written for a while, until it is whole. A turn alone is
        -- found without one.
        select max(w.last_index) into v_covered from prosa.memory_chunks w
         where w.tenant_id = p_tenant_id and w.conversation_id = p_conversation_id and w.first_index < v_next;
        if v_found.indexes[v_count] > coalesce(greatest(v_covered, v_ends[cardinality(v_ends)]), 0) and v_first < v_count then
            if v_found.quiet_at <= clock_timestamp() then
                v_made := v_made || v_next;
                v_ends := v_ends || v_found.indexes[v_count];
            else
                v_due_at := v_found.quiet_at;
            end if;
        end if;
    end if;
    if cardinality(v_made) > 0 then
        perform prosa._put_windows(p_tenant_id, p_conversation_id, array_agg(w.first_index), array_agg(w.last_index), array_agg(t.earliest), array_agg(t.latest))
           from unnest(v_made, v_ends) w (first_index, last_index)
          cross join lateral (select min(x.created_at) as earliest, max(x.created_at) as latest
                                from unnest(v_found.indexes, v_found.times) x (message_index, created_at)
                               where x.message_index between w.first_index and w.last_index) t;
    end if;
    -- a partial one of before that none of these replaces: its first turn was deleted
    if cardinality(v_made) > 0 or v_count = 0 then
        delete from prosa.memory_chunks w
         where w.tenant_id = p_tenant_id and w.conversation_id = p_conversation_id
           and w.first_index >= p_next_index and w.first_index <> all (v_made);
    end if;
    update prosa.memory_progress p
       set next_index = v_next, due_at = v_due_at, last_error = null,
           since = coalesce((select min(a.created_at) from unnest(v_found.all_indexes, v_found.all_times) a (message_index, created_at)
                              where a.message_index >= v_next), 'infinity')
     where p.tenant_id = p_tenant_id and p.conversation_id = p_conversation_id;
end
$$;
comment on function prosa._build_conversation_windows(uuid, uuid, bigint, timestamptz) is
'Makes the windows of a conversation from the message p_next_index on, none of which was sent before p_since, and notes how far it came. For _build_windows(), which holds the conversation''s row of memory_progress and its lock.';
