create or replace function prosa.contact_messages(
    contact_id uuid,
    p_limit integer default 20,
    before_created_at timestamptz default null,
    before_id uuid default null)
    returns table (message_id uuid, created_at timestamptz, conversation_id uuid, inbox_id uuid, message_index bigint,
                   role text, content text, sender_name text, media_url text, metadata jsonb, delivery_status text, edited_at timestamptz,
                   deleted_at timestamptz)
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
    v_until timestamptz;
    v_since timestamptz;
    v_left integer := p_limit;
    v_found integer;
begin
    perform prosa._check_page(p_limit, 1000, before_created_at, before_id);
    select least(max(c.last_message_at), before_created_at) into v_until from prosa.conversations c
     where c.tenant_id = v_tenant_id and c.contact_id = contact_messages.contact_id;
    if v_until is null then
        return;
    end if;
    -- newest months first, and no further back than the page needs; of each conversation no more than the page holds
    foreach v_since in array array[v_until - interval '40 days', v_until - interval '400 days', '-infinity'] loop
        return query
        select m.id, m.created_at, m.conversation_id, m.inbox_id, m.message_index, m.role, m.content, m.sender_name, m.media_url,
               m.metadata, m.delivery_status, m.edited_at, m.deleted_at
          from prosa.conversations c
         cross join lateral (
               select x.* from prosa.messages x
                where x.tenant_id = v_tenant_id and x.conversation_id = c.id
                  and x.created_at > v_since and x.created_at <= v_until
                  and (before_id is null or (x.created_at, x.id) < (before_created_at, before_id))
                order by x.created_at desc, x.id desc
                limit v_left) m
         where c.tenant_id = v_tenant_id and c.contact_id = contact_messages.contact_id and c.last_message_at > v_since
         order by m.created_at desc, m.id desc
         limit v_left;
        get diagnostics v_found = row_count;
        v_left := v_left - v_found;
        exit when v_left = 0;
        v_until := v_since;
    end loop;
end
$$;
comment on function prosa.contact_messages(uuid, integer, timestamptz, uuid) is
'The newest messages with a contact of the current tenant over all conversations, on every inbox, newest first; deleted ones among them, with deleted_at and without content. No rows for a contact the tenant does not have.
p_limit: 1 to 1000. before_created_at, before_id: only what comes after the message of this key, the last of the page before; both or neither.
Errors: 42501 no tenant set; 22023 p_limit out of range, or half a key.
Example: select created_at, role, content from prosa.contact_messages(:contact_id, 50);';
