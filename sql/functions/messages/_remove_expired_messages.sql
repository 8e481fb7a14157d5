create or replace function prosa._remove_expired_messages(inout p_after jsonb, p_batch_size integer, out removed bigint)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, however large the table is
    set enable_seqscan = off
    set enable_bitmapscan = off
as $$
declare
    v_tenant record;
    v_seen prosa.message_key[];
    v_messages prosa.message_key[];
    v_all prosa.message_key[] := array[]::prosa.message_key[];
    v_from prosa.message_key := case when p_after is not null then jsonb_populate_record(null::prosa.message_key, p_after) end;
    v_next jsonb;
    v_budget integer := p_batch_size;
begin
    removed := 0;
    for v_tenant in
        select r.* from prosa._retention() r
         where not r.is_held and ((v_from).tenant_id is null or r.tenant_id >= (v_from).tenant_id) order by r.tenant_id
    loop
        if (v_from).tenant_id is null or (v_from).tenant_id <> v_tenant.tenant_id then
            v_from := row(v_tenant.tenant_id, '-infinity', '00000000-0000-0000-0000-000000000000', null, null)::prosa.message_key;
        end if;
        -- what is under legal hold is passed by, and so is what the next run will find settled
        select array_agg(m.key order by m.created_at, m.id),
               array_agg(m.key order by m.created_at, m.id) filter (where m.conversation_id <> all (v_tenant.held_conversations)
                                                                      and not prosa._waits_in_outbox(m.key))
          into v_seen, v_messages
          from (select x.created_at, x.id, x.conversation_id,
                       row(x.tenant_id, x.created_at, x.id, x.inbox_id, x.external_id)::prosa.message_key as key
                  from prosa.messages x
                 where x.tenant_id = v_tenant.tenant_id and x.created_at >= v_from.created_at and x.created_at < v_tenant.cutoff
                   and (x.created_at, x.id) > (v_from.created_at, v_from.id)
                 order by x.created_at, x.id limit v_budget) m;
        if v_messages is not null then
            perform prosa._close_usage(v_tenant.tenant_id, v_tenant.cutoff);
            perform prosa._remove_companions(v_messages);
            delete from prosa.messages x
             where x.tenant_id = v_tenant.tenant_id
               and x.created_at between (v_messages[1]).created_at and (v_messages[cardinality(v_messages)]).created_at
               and x.id = any (array(select m.id from unnest(v_messages) m));
            v_all := v_all || v_messages;
        end if;
        v_budget := v_budget - coalesce(cardinality(v_seen), 0);
        if v_budget <= 0 then
            v_next := to_jsonb(v_seen[cardinality(v_seen)]);
            exit;
        end if;
        v_from := null;
    end loop;
    p_after := v_next;
    removed := cardinality(v_all);
    perform prosa._note_removal(v_all);
end
$$;
comment on function prosa._remove_expired_messages(jsonb, integer) is
'Removes expired messages with all that hangs on them, tenant by tenant in the order of the primary key, up to p_batch_size of them. Begins behind p_after and returns how far it came; null at the end.';
