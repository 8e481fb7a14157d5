create or replace function prosa._remove_companions(p_messages prosa.message_key[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, message by message: a batch costs the same whatever the size of these tables
    set enable_hashjoin = off
    set enable_mergejoin = off
    set enable_seqscan = off
as $$
declare
    v_table record;
begin
    delete from prosa.message_ledger l
     using unnest(p_messages) m
     where l.tenant_id = m.tenant_id and l.inbox_id = m.inbox_id and l.external_id = m.external_id and l.message_id = m.id;
    -- the queue before the vectors: a vector is stored by the transaction that takes its queue entry
    delete from prosa.embedding_queue q
     using unnest(p_messages) m
     where q.tenant_id = m.tenant_id and q.kind = 'message' and q.item_id = m.id;
    delete from prosa.embeddings e
     using unnest(p_messages) m
     where e.tenant_id = m.tenant_id and e.kind = 'message' and e.item_created_at = m.created_at and e.item_id = m.id;
    for v_table in select t.parent, t.month_of from prosa._monthly_tables() t where t.retention = 'messages' loop
        execute format('delete from %s e using unnest($1) m where e.tenant_id = m.tenant_id and e.%I = m.created_at and e.message_id = m.id',
                       v_table.parent, v_table.month_of)
          using p_messages;
    end loop;
end
$$;
comment on function prosa._remove_companions(prosa.message_key[]) is
'Removes what hangs on messages: ledger rows, queue entries, embeddings and the rows of monthly tables that go with them. Their outbox rows must be settled before, for their consumption.';
