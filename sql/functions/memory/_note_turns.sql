create or replace function prosa._note_turns(p_tenant_ids uuid[], p_created_at timestamptz[], p_message_ids uuid[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- each message by its key, in the month that the key names
    set enable_nestloop = on
    set enable_seqscan = off
    set plan_cache_mode = force_generic_plan
as $$
declare
    v_tenant_ids constant uuid[] := array(select t.id from (select distinct u.id from unnest(p_tenant_ids) u (id) offset 0) t where prosa._window_turns(t.id) > 0);
begin
    insert into prosa.memory_progress as p (tenant_id, conversation_id, first_index, next_index, since, due_at)
    select k.tenant_id, m.conversation_id, min(m.message_index), min(m.message_index), min(k.created_at), now()
      from unnest(p_tenant_ids, p_created_at, p_message_ids) k (tenant_id, created_at, id)
     cross join lateral (select x.conversation_id, x.message_index from prosa.messages x
                          where x.tenant_id = k.tenant_id and x.created_at = k.created_at and x.id = k.id offset 0) m
     where k.tenant_id = any (v_tenant_ids)
     group by 1, 2
     order by 1, 2
    on conflict on constraint memory_progress_pkey do update
       set first_index = least(p.first_index, excluded.first_index),
           next_index = case when excluded.first_index < p.first_index then excluded.first_index else p.next_index end,
           since = least(p.since, excluded.since),
           due_at = least(p.due_at, excluded.due_at)
     where p.due_at is null or p.due_at > excluded.due_at or p.since > excluded.since or p.first_index > excluded.first_index;
end
$$;
comment on function prosa._note_turns(uuid[], timestamptz[], uuid[]) is
'Notes that the conversations of these messages have something to remember, for process_memory_windows(). Takes them in order, and waits for a batch of windows that is being made.';
