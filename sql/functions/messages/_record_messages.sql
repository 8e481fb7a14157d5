create or replace function prosa._record_messages(p_tenant_id uuid, p_messages jsonb, p_is_history boolean default false)
    returns setof prosa.recorded_message
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- so that what is set below ends with the function
    set plan_cache_mode = auto
as $$
declare
    v_messages prosa.incoming_message[];
    v_posted uuid[];
    v_known bigint[];
    v_ordinal bigint;
    v_stored uuid[];
    v_indexes bigint[];
begin
    perform prosa._require_tenant(p_tenant_id);
    perform prosa._check_messages(p_tenant_id, p_messages);

    select array_agg(row(i.ordinal, prosa._uuid_v7(i.sent_at), i.sent_at, i.conversation_id, c.inbox_id, c.contact_id, i.role, i.content,
                         nullif(i.external_id, ''), coalesce(i.input_tokens, 0), coalesce(i.output_tokens, 0), coalesce(i.cached_tokens, 0),
                         i.model, i.agent_type, i.sender_name, i.media_url, i.tool_calls, coalesce(i.metadata, '{}'), i.last_context,
                         c.language, prosa._search_text(c.language, i.sender_name, i.content))::prosa.incoming_message order by i.ordinal)
      into v_messages
      from (select r.*, coalesce(r.created_at, now()) as sent_at
              from rows from (jsonb_to_recordset(p_messages) as (
                       conversation_id uuid, role text, content text, external_id text, created_at timestamptz, input_tokens integer,
                       output_tokens integer, cached_tokens integer, model text, agent_type text, sender_name text, media_url text,
                       tool_calls jsonb, metadata jsonb, last_context text)) with ordinality
                   r (conversation_id, role, content, external_id, created_at, input_tokens, output_tokens, cached_tokens, model, agent_type,
                      sender_name, media_url, tool_calls, metadata, last_context, ordinal)) i
      join prosa.conversations c on c.tenant_id = p_tenant_id and c.id = i.conversation_id;

    -- a plan made for this many where there are many: of an array of unknown length the planner expects ten rows
    perform set_config('plan_cache_mode', case when cardinality(v_messages) > 50 then 'force_custom_plan' else 'force_generic_plan' end, true);

    -- Order matters: outbox rows, then conversation rows, each in key order, as every writer takes them.
    with posted as (
        insert into prosa.message_outbox as o (tenant_id, inbox_id, external_id, message_id, created_at, role, agent_type, model,
            input_tokens, output_tokens, cached_tokens)
        select distinct on (i.inbox_id, coalesce(i.external_id, i.id::text))
               p_tenant_id, i.inbox_id, coalesce(i.external_id, i.id::text), i.id, i.created_at, i.role, i.agent_type, i.model,
               i.input_tokens, i.output_tokens, i.cached_tokens
          from unnest(v_messages) i
         order by i.inbox_id, coalesce(i.external_id, i.id::text), i.ordinal
        on conflict on constraint message_outbox_pkey do nothing
        returning o.message_id
    )
    select array_agg(p.message_id) into v_posted from posted p;

    -- A statement of its own: what had left the outbox for the ledger before our rows went in is committed, and seen. Looked up
    -- one by one: a join with a queue is planned for the few rows that it had when it was analysed, and reads the ledger as a whole.
    select array_agg(i.ordinal) into v_known
      from unnest(v_messages) i
     where i.external_id is not null and i.id = any (v_posted)
       and ((select l.message_id from prosa.message_ledger l
              where l.tenant_id = p_tenant_id and l.inbox_id = i.inbox_id and l.external_id = i.external_id) is not null
            or current_setting('transaction_isolation') <> 'read committed'
               and not prosa._enter_ledger(p_tenant_id, i.inbox_id, i.external_id, i.id, i.created_at));
    if v_known is not null then
        foreach v_ordinal in array v_known loop
            delete from prosa.message_outbox o
             where o.tenant_id = p_tenant_id and o.inbox_id = v_messages[v_ordinal].inbox_id
               and o.external_id = v_messages[v_ordinal].external_id;
        end loop;
    end if;

    with fresh as materialized (
        select i.* from unnest(v_messages) i
         where i.id = any (v_posted) and i.ordinal <> all (coalesce(v_known, '{}'))
    ), news as materialized (
        select f.conversation_id, count(*) as message_count, min(f.created_at) as messages_since,
               max(f.created_at) as last_message_at,
               (array_agg(f.role order by f.ordinal desc))[1] as last_role,
               (array_agg(f.agent_type order by f.ordinal desc) filter (where f.agent_type is not null))[1] as agent_type,
               (array_agg(f.last_context order by f.ordinal desc) filter (where f.last_context is not null))[1] as last_context,
               max(f.ordinal) filter (where f.role = 'operator' and not p_is_history) as read_at,
               max(f.ordinal) filter (where f.role in ('assistant', 'operator') and not p_is_history) as answered_at,
               array_agg(f.ordinal) filter (where f.role = 'user' and not p_is_history) as asked
          from fresh f group by f.conversation_id
    ), locked as materialized (
        -- one by one in their order, by key: without statistics a join would read all conversations of the tenant
        select k.id
          from (select n.conversation_id from news n order by n.conversation_id) n
         cross join lateral (select c.id from prosa.conversations c
                              where c.tenant_id = p_tenant_id and c.id = n.conversation_id limit 1 for no key update) k
    ), numbered as (
        update prosa.conversations c
           set last_message_index = c.last_message_index + n.message_count,
               messages_since = least(c.messages_since, n.messages_since),
               last_message_at = greatest(c.last_message_at, n.last_message_at),
               last_role = case when p_is_history and c.last_message_at > n.last_message_at then c.last_role else n.last_role end,
               last_context = coalesce(n.last_context, c.last_context),
               agent_type = coalesce(case when p_is_history then c.agent_type end, n.agent_type, c.agent_type),
               unread_count = case when n.read_at is null then c.unread_count else 0 end
                              + (select count(*) from unnest(n.asked) a where a > coalesce(n.read_at, 0)),
               unanswered_count = case when n.answered_at is null then c.unanswered_count else 0 end
                                  + (select count(*) from unnest(n.asked) a where a > coalesce(n.answered_at, 0))
          from news n join locked k on k.id = n.conversation_id
         where c.tenant_id = p_tenant_id and c.id = n.conversation_id
        returning c.id, c.last_message_index - n.message_count as base
    ), stored as (
        insert into prosa.messages as m (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role,
            content, sender_name, external_id, media_url, agent_type, model, input_tokens, output_tokens, cached_tokens, tool_calls,
            metadata, language, search_text, is_posted)
        select p_tenant_id, f.created_at, f.id, f.conversation_id, f.inbox_id, f.contact_id,
               n.base + row_number() over (partition by f.conversation_id order by f.ordinal), f.role, f.content, f.sender_name,
               f.external_id, f.media_url, f.agent_type, f.model, f.input_tokens, f.output_tokens, f.cached_tokens, f.tool_calls,
               f.metadata, f.language, f.search_text, true
          from fresh f join numbered n on n.id = f.conversation_id
        returning m.id, m.message_index
    )
    select array_agg(s.id), array_agg(s.message_index) into v_stored, v_indexes from stored s;

    -- duplicates in a statement of their own: it sees what a concurrent delivery has committed meanwhile
    return query
    select (r.message).*
      from (select i.ordinal,
                   case when s.id is not null then row(s.id, i.created_at, s.message_index, false)::prosa.recorded_message
                        else prosa._recorded_message(p_tenant_id, i.inbox_id, i.external_id) end as message
              from unnest(v_messages) i
              left join unnest(v_stored, v_indexes) s (id, message_index) on s.id = i.id
            offset 0) r
     order by r.ordinal;
end
$$;
comment on function prosa._record_messages(uuid, jsonb, boolean) is
'record_messages() for a tenant, which must be the current one. p_is_history: the messages have been read and answered long ago.';
