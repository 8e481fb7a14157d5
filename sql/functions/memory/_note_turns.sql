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
    v_tenant_ids constant uuid[] := array(select t.id from (select distinct u.id from unnest(p_tenant_ids) u (id)) t where prosa._window_turns(t.id) > 0);
begin
    insert into prosa.memory_progress as p (tenant_id, conversation_id, since, due_at)
    select x.tenant_id, x.conversation_id, min(x.created_at), now()
      from (select k.tenant_id, k.created_at,
                   (select m.conversation_id from prosa.messages m
                     where m.tenant_id = k.tenant_id and m.created_at = k.created_at and m.id = k.id) as conversation_id
              from unnest(p_tenant_ids, p_created_at, p_message_ids) k (tenant_id, created_at, id)
             where k.tenant_id = any (v_tenant_ids)
            offset 0) x
     where x.conversation_id is not null
     group by x.tenant_id, x.conversation_id
     order by x.tenant_id, x.conversation_id
    on conflict on constraint memory_progress_pkey do update
       set since = least(p.since, excluded.since), due_at = least(p.due_at, excluded.due_at)
     where p.due_at is null or p.due_at > excluded.due_at or p.since > excluded.since;
end
$$;
comment on function prosa._note_turns(uuid[], timestamptz[], uuid[]) is
'Notes that the conversations of these messages have something to remember, for process_memory_windows(). Takes them in order, and waits for a batch of windows that is being made.';
