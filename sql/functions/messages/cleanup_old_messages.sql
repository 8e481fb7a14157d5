create or replace function prosa.cleanup_old_messages()
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant record;
    v_removed bigint := 0;
    v_count bigint;
    v_runs jsonb := jsonb_build_array();
begin
    -- every tenant, the suspended ones too: what a plan promises to forget is forgotten
    for v_tenant in
        select t.id, now() - make_interval(days => p.retention_days) as cutoff
          from prosa.tenants t join prosa.plans p on p.code = t.plan order by t.id
    loop
        delete from prosa.embedding_queue q
         where q.tenant_id = v_tenant.id and q.kind = 'message' and q.item_created_at < v_tenant.cutoff;
        delete from prosa.embeddings e
         where e.tenant_id = v_tenant.id and e.kind = 'message' and e.item_created_at < v_tenant.cutoff;
        delete from prosa.message_ledger l where l.tenant_id = v_tenant.id and l.created_at < v_tenant.cutoff;
        delete from prosa.message_imports i
         where i.tenant_id = v_tenant.id and i.created_at < v_tenant.cutoff and i.processed_at is not null;
        delete from prosa.inbound_events e where e.tenant_id = v_tenant.id and e.received_at < v_tenant.cutoff;
        delete from prosa.messages m where m.tenant_id = v_tenant.id and m.created_at < v_tenant.cutoff;
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        if v_count > 0 then
            v_runs := v_runs || jsonb_build_object('tenant', v_tenant.id, 'note', jsonb_build_object('messages', v_count, 'before', v_tenant.cutoff));
        end if;
    end loop;
    perform prosa._drop_expired_months();
    -- last, and in the order of their ids: nobody who changes a tenant waits for the deletions
    perform prosa._audit((r.value ->> 'tenant')::uuid, 'cleanup', 'cleanup_old_messages', p_after => r.value -> 'note')
       from jsonb_array_elements(v_runs) with ordinality r order by r.ordinality;
    return v_removed;
end
$$;
comment on function prosa.cleanup_old_messages() is
'Removes the messages that are past the retention of their tenant''s plan, with their embeddings, queue entries, ledger rows, rows in message_imports and webhook events, then drops months that no plan reaches any more. Consumption history stays. What a tenant lost is noted in audit_log. Returns the number of messages removed.
Example: select prosa.cleanup_old_messages();';
