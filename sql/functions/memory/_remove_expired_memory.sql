create or replace function prosa._remove_expired_memory(p_batch_size integer)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- by key, however large the tables are
    set enable_seqscan = off
as $$
declare
    v_tenant record;
    v_removed bigint := 0;
    v_count bigint;
begin
    for v_tenant in select r.tenant_id, r.cutoff, r.held_conversations from prosa._retention() r where not r.is_held order by r.tenant_id loop
        -- windows with their first turn: the others have later ones
        delete from prosa.memory_chunks m
         where m.tenant_id = v_tenant.tenant_id
           and m.id = any (array(select w.id from prosa.memory_chunks w
                                  where w.tenant_id = v_tenant.tenant_id and w.kind = 'msg' and w.created_at < v_tenant.cutoff
                                    and w.conversation_id is not null and w.conversation_id <> all (v_tenant.held_conversations)
                                  order by w.created_at limit p_batch_size - v_removed));
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        exit when v_removed >= p_batch_size;
        -- what has expired; what is about a contact under legal hold can be looked at still
        delete from prosa.memory_chunks m
         where m.tenant_id = v_tenant.tenant_id
           and m.id = any (array(select w.id from prosa.memory_chunks w
                                  where w.tenant_id = v_tenant.tenant_id and w.expires_at <= now()
                                    and not exists (select from prosa.legal_holds l
                                                     where l.tenant_id = v_tenant.tenant_id and l.contact_id = w.contact_id and l.released_at is null)
                                  order by w.expires_at limit p_batch_size - v_removed));
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        exit when v_removed >= p_batch_size;
        -- files after their text, which is most of them
        delete from prosa.client_files f
         where f.tenant_id = v_tenant.tenant_id
           and f.id = any (array(select x.id from prosa.client_files x
                                  where x.tenant_id = v_tenant.tenant_id and x.expires_at <= now()
                                    and not exists (select from prosa.memory_chunks c where c.tenant_id = v_tenant.tenant_id and c.file_id = x.id)
                                    and not exists (select from prosa.legal_holds l
                                                     where l.tenant_id = v_tenant.tenant_id and l.contact_id = x.contact_id and l.released_at is null)
                                  order by x.expires_at limit p_batch_size - v_removed));
        get diagnostics v_count = row_count;
        v_removed := v_removed + v_count;
        exit when v_removed >= p_batch_size;
    end loop;
    return v_removed;
end
$$;
comment on function prosa._remove_expired_memory(integer) is
'Removes up to p_batch_size memories and files: windows whose first turn is past its tenant''s retention, memories that have expired, and files that have. With their embeddings and queue entries. Returns how many. What is under legal hold stays.';
