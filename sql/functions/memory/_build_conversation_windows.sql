create or replace function prosa._build_conversation_windows(p_tenant_id uuid, p_conversation_id uuid, p_next_index bigint, p_since timestamptz)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- for this conversation, whose messages begin at p_since: months before it are not opened
    set plan_cache_mode = force_custom_plan
as $$
declare
    -- of one call: a long import is done in several
    c_turns constant integer := 1000;
    c_quiet constant interval := interval '10 minutes';
    v_size constant integer := prosa._window_turns(p_tenant_id);
    -- two of five, one of two, three or four
    v_step constant integer := greatest(v_size - greatest(v_size * 2 / 5, 1), 1);
    v_indexes bigint[];
    v_times timestamptz[];
    v_quiet_at timestamptz;
    v_is_all boolean;
    v_count integer;
    v_first integer := 1;
    v_covered bigint;
    v_due_at timestamptz;
    v_since timestamptz;
    v_made bigint[] := array[]::bigint[];
begin
    if v_size > 0 then
        select array_agg(t.message_index order by t.message_index), array_agg(t.created_at order by t.message_index),
               max(t.recorded_at) + c_quiet, count(*) < c_turns
          into v_indexes, v_times, v_quiet_at, v_is_all
          from (select m.message_index, m.created_at, m.recorded_at
                  from prosa.messages m
                 where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id
                   and m.created_at >= greatest(p_since, prosa._retention_cutoff(p_tenant_id)) and m.message_index >= p_next_index
                   and prosa._is_turn(m.role, m.content)
                 order by m.message_index
                 limit c_turns) t;
        v_count := coalesce(cardinality(v_indexes), 0);

        -- whole ones, each beginning v_step turns after the one before
        while v_first + v_size - 1 <= v_count loop
            perform prosa._put_window(p_tenant_id, p_conversation_id, v_indexes[v_first], v_indexes[v_first + v_size - 1],
                                      v_times[v_first : v_first + v_size - 1]);
            v_made := v_made || v_indexes[v_first];
            v_first := v_first + v_step;
        end loop;
        if v_is_all and v_first <= v_count then
            -- what follows the last whole one is one too once nobody has written for a while, until it is whole
            select max(w.last_index) into v_covered from prosa.memory_chunks w
             where w.tenant_id = p_tenant_id and w.conversation_id = p_conversation_id and w.first_index < v_indexes[v_first];
            -- a turn alone is found without one
            if v_indexes[v_count] <= v_covered or v_first = v_count then
                v_due_at := null;
            elsif v_quiet_at <= clock_timestamp() then
                perform prosa._put_window(p_tenant_id, p_conversation_id, v_indexes[v_first], v_indexes[v_count], v_times[v_first : v_count]);
                v_made := v_made || v_indexes[v_first];
            else
                v_due_at := v_quiet_at;
            end if;
        elsif not v_is_all then
            v_due_at := clock_timestamp();
        end if;
        -- a partial one of before that none of these replaces: its first turn was deleted
        if cardinality(v_made) > 0 or v_count = 0 then
            delete from prosa.memory_chunks w
             where w.tenant_id = p_tenant_id and w.conversation_id = p_conversation_id
               and w.first_index >= p_next_index and w.first_index <> all (v_made);
        end if;
        select min(t) into v_since from unnest(v_times[v_first : v_count]) t;
    end if;
    update prosa.memory_progress p
       set next_index = coalesce(v_indexes[v_first], v_indexes[v_count] + 1, p.next_index),
           since = case when v_size = 0 then p.since else coalesce(v_since, 'infinity') end,
           due_at = v_due_at
     where p.tenant_id = p_tenant_id and p.conversation_id = p_conversation_id;
end
$$;
comment on function prosa._build_conversation_windows(uuid, uuid, bigint, timestamptz) is
'Makes the windows of a conversation from the turn p_next_index on, none of which was sent before p_since, and notes how far it came. For _build_windows(), which holds the conversation''s row of memory_progress and its lock.';
