create or replace function prosa._search_items(
    p_tenant_id uuid,
    p_query tsquery,
    p_kinds text[],
    p_contact_id uuid,
    p_conversation_id uuid,
    p_since timestamptz,
    p_until timestamptz,
    p_metadata jsonb)
    returns table (kind text, item_id uuid, item_created_at timestamptz, conversation_id uuid, message_index bigint, sender_name text,
                   search_text tsvector)
    -- As their owner, with the tenant in the query: under row security the operators of full text and JSON, which are not
    -- leakproof, would be no condition of an index.
    language plpgsql stable parallel safe security definer rows 1000
    set search_path = pg_catalog, prosa, pg_temp
    -- a plan for these words and this tenant, with the conditions that are asked for and no others
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    -- a message has no index on its contact, but on its conversation
    v_conversation_ids uuid[];
begin
    if p_contact_id is not null or p_conversation_id is not null then
        v_conversation_ids := array(
            select c.id from prosa.conversations c
             where c.tenant_id = p_tenant_id and (p_conversation_id is null or c.id = p_conversation_id)
               and (p_contact_id is null or c.contact_id = p_contact_id));
    end if;
    if p_kinds is null or 'message' = any (p_kinds) then
        return query
        select 'message', m.id, m.created_at, m.conversation_id, m.message_index, m.sender_name, m.search_text
          from prosa.messages m
         where m.tenant_id = p_tenant_id
           and (p_query is null or m.search_text @@ p_query)
           and (v_conversation_ids is null or m.conversation_id = any (v_conversation_ids))
           and (p_since is null or m.created_at >= p_since)
           and (p_until is null or m.created_at < p_until)
           -- the predicate of the index, so that it is used
           and (p_metadata is null or m.metadata @> p_metadata and m.metadata <> '{}')
           and m.deleted_at is null;
    end if;
    if p_kinds is null or p_kinds <> '{message}' then
        return query
        select 'memory', c.id, c.created_at, c.conversation_id, null::bigint, null::text, c.search_text
          from prosa.memory_chunks c
         where c.tenant_id = p_tenant_id
           and (p_query is null or c.search_text @@ p_query and c.first_index is null)
           and (p_kinds is null or 'memory' = any (p_kinds) or c.kind = any (p_kinds))
           and (p_contact_id is null or c.contact_id = p_contact_id)
           and (p_conversation_id is null or c.conversation_id = p_conversation_id)
           and (p_since is null or c.created_at >= p_since)
           and (p_until is null or c.created_at < p_until)
           and (p_metadata is null or c.metadata @> p_metadata and c.metadata <> '{}')
           and (c.expires_at is null or c.expires_at > now());
    end if;
end
$$;
comment on function prosa._search_items(uuid, tsquery, text[], uuid, uuid, timestamptz, timestamptz, jsonb) is
'Messages and memories of a tenant that a search may find: those that hold any word of p_query, or all where it is null, and that the filters leave. Windows of turns have no words of their own.';
