create or replace function prosa._surrounding_turns(
    p_tenant_id uuid, p_conversation_id uuid, p_created_at timestamptz, p_message_index bigint, p_turns integer)
    returns jsonb
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return (
        select jsonb_agg(jsonb_build_object('id', t.id, 'created_at', t.created_at, 'message_index', t.message_index, 'role', t.role,
                                            'sender_name', t.sender_name, 'text', t.content)
                         order by t.created_at, t.message_index)
          from ((select m.* from prosa.messages m
                  where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id and m.deleted_at is null
                    and m.created_at <= p_created_at and (m.created_at, m.message_index) < (p_created_at, p_message_index)
                  order by m.created_at desc, m.message_index desc limit p_turns)
                union all
                (select m.* from prosa.messages m
                  where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id and m.deleted_at is null
                    and m.created_at >= p_created_at and (m.created_at, m.message_index) > (p_created_at, p_message_index)
                  order by m.created_at, m.message_index limit p_turns)) t);
end
$$;
comment on function prosa._surrounding_turns(uuid, uuid, timestamptz, bigint, integer) is
'The turns before and after a message of a conversation, so many each, oldest first; null where it stands alone.';
