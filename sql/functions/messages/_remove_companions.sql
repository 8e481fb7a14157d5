create or replace function prosa._remove_companions(p_messages prosa.message_key[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by index, and without a join whose order could be wrong: a batch costs the same whatever the size of these tables
    set enable_seqscan = off
as $$
declare
    v_group record;
    v_table record;
begin
    for v_group in
        select m.tenant_id, m.inbox_id, array_agg(m.id) as ids, array_agg(m.external_id) as external_ids
          from unnest(p_messages) m where m.external_id is not null group by m.tenant_id, m.inbox_id
    loop
        delete from prosa.message_ledger l
         where l.tenant_id = v_group.tenant_id and l.inbox_id = v_group.inbox_id and l.external_id = any (v_group.external_ids)
           and l.message_id = any (v_group.ids);
    end loop;
    for v_group in
        select m.tenant_id, min(m.created_at) as first, max(m.created_at) as last, array_agg(m.id) as ids from unnest(p_messages) m group by m.tenant_id
    loop
        -- the queue before the vectors: a vector is stored by the transaction that takes its queue entry
        delete from prosa.embedding_queue q
         where q.tenant_id = v_group.tenant_id and q.kind = 'message' and q.item_id = any (v_group.ids);
        delete from prosa.embeddings e
         where e.tenant_id = v_group.tenant_id and e.kind = 'message' and e.item_created_at between v_group.first and v_group.last
           and e.item_id = any (v_group.ids);
        for v_table in select t.parent, t.month_of from prosa._monthly_tables() t where t.retention = 'messages' loop
            execute format('delete from %s e where e.tenant_id = $1 and e.%I between $2 and $3 and e.message_id = any ($4)',
                           v_table.parent::regclass, v_table.month_of)
              using v_group.tenant_id, v_group.first, v_group.last, v_group.ids;
        end loop;
    end loop;
end
$$;
comment on function prosa._remove_companions(prosa.message_key[]) is
'Removes what hangs on messages: ledger rows, queue entries, embeddings and the rows of monthly tables that go with them. Their outbox rows must be settled before, for their consumption.';
