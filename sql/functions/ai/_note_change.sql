create or replace function prosa._note_change(p_tenant_id uuid, p_space_id uuid, p_items jsonb)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if not exists (select from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id <> p_space_id) then
        return;
    end if;
    -- the one that is being filled, and the one that became active a moment ago; locked against being dropped
    insert into prosa.embedding_queue as q (tenant_id, kind, item_id, item_created_at, enqueued_at, available_at, space_id, priority)
    select distinct on (i.kind, i.item_id, o.id) p_tenant_id, i.kind, i.item_id, i.item_created_at, clock_timestamp(), clock_timestamp(), o.id, 1
      from (select s.id from prosa.embedding_spaces s
             where s.tenant_id = p_tenant_id and s.id <> p_space_id and s.status <> 'retired' for key share) o
     cross join jsonb_to_recordset(p_items) i (kind text, item_id uuid, item_created_at timestamptz)
     order by i.kind, i.item_id, o.id
    on conflict on constraint embedding_queue_pkey do update
       set attempts = 0, enqueued_at = excluded.enqueued_at, available_at = excluded.available_at, failed_at = null, last_error = null;
    -- what other spaces have of an item may be of what it said before
    delete from prosa.embeddings e
     using jsonb_to_recordset(p_items) i (kind text, item_id uuid)
     where e.tenant_id = p_tenant_id and e.kind = i.kind and e.item_id = i.item_id
       and e.space_id = any (array(select s.id from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id <> p_space_id));
end
$$;
comment on function prosa._note_change(uuid, uuid, jsonb) is
'Tells the other spaces of a tenant of items that are new or changed, when they have been stored in the active one: the space that is being filled shall have them too, a retired one has them no more. So whatever a writer queues for the active space reaches the next one.';
