create or replace function prosa._mark_read(p_tenant_id uuid, p_conversation_id uuid, p_up_to_index bigint)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_unread integer;
    v_left integer := 0;
begin
    perform prosa._require_tenant(p_tenant_id);
    -- under the lock nobody adds a message between counting and noting
    select c.unread_count into v_unread from prosa.conversations c
     where c.tenant_id = p_tenant_id and c.id = p_conversation_id
       for no key update;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'the current tenant has no such conversation';
    end if;
    if v_unread > 0 then
        if p_up_to_index is not null then
            -- the unread ones are the newest of the contact, so many of them: those after the index, but no more than there were
            select count(*) into v_left
              from (select from prosa.messages m
                     where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id
                       and m.message_index > p_up_to_index and m.role = 'user' and m.deleted_at is null
                     limit v_unread) n;
        end if;
        update prosa.conversations c set unread_count = v_left
         where c.tenant_id = p_tenant_id and c.id = p_conversation_id and c.unread_count <> v_left;
    end if;
    return v_left;
end
$$;
comment on function prosa._mark_read(uuid, uuid, bigint) is 'mark_read() for a tenant, which must be the current one.';
