create or replace function prosa._record_messages(p_tenant_id uuid, p_messages jsonb)
    returns table (message_id uuid, created_at timestamptz, message_index bigint, is_duplicate boolean)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_language regconfig := prosa._tenant_language(p_tenant_id);
    v_rows prosa.recorded_message[];
begin
    perform prosa._require_tenant(p_tenant_id);
    perform prosa._check_messages(p_tenant_id, p_messages);

    -- Order matters: ledger rows, then conversation rows, each in key order, as every writer takes them.
    with input as materialized (
        select i.ordinal, i.conversation_id, i.role, i.content, nullif(i.external_id, '') as external_id, i.input_tokens, i.output_tokens,
               i.model, i.agent_type, i.sender_name, i.media_url, i.tool_calls, i.metadata, c.inbox_id, c.contact_id,
               coalesce(i.created_at, now()) as sent_at, prosa._uuid_v7(coalesce(i.created_at, now())) as id
          from rows from (jsonb_to_recordset(p_messages) as (
                   conversation_id uuid, role text, content text, external_id text, created_at timestamptz, input_tokens integer,
                   output_tokens integer, model text, agent_type text, sender_name text, media_url text, tool_calls jsonb,
                   metadata jsonb)) with ordinality
               i (conversation_id, role, content, external_id, created_at, input_tokens, output_tokens, model, agent_type,
                  sender_name, media_url, tool_calls, metadata, ordinal)
          join prosa.conversations c on c.tenant_id = p_tenant_id and c.id = i.conversation_id
    ), ledger as (
        insert into prosa.message_ledger as l (tenant_id, inbox_id, external_id, message_id, created_at)
        select distinct on (i.inbox_id, i.external_id) p_tenant_id, i.inbox_id, i.external_id, i.id, i.sent_at
          from input i where i.external_id is not null
         order by i.inbox_id, i.external_id, i.ordinal
        on conflict on constraint message_ledger_pkey do nothing
        returning l.message_id
    ), fresh as materialized (
        select i.* from input i where i.external_id is null or i.id in (select l.message_id from ledger l)
    ), news as materialized (
        select f.conversation_id, count(*) as message_count, max(f.sent_at) as last_message_at,
               (array_agg(f.role order by f.ordinal desc))[1] as last_role,
               (array_agg(f.agent_type order by f.ordinal desc) filter (where f.agent_type is not null))[1] as agent_type
          from fresh f group by f.conversation_id
    ), locked as materialized (
        select c.id from prosa.conversations c
         where c.tenant_id = p_tenant_id and c.id in (select n.conversation_id from news n)
         order by c.id for no key update
    ), numbered as (
        update prosa.conversations c
           set last_message_index = c.last_message_index + n.message_count,
               last_message_at = greatest(c.last_message_at, n.last_message_at),
               last_role = n.last_role,
               agent_type = coalesce(n.agent_type, c.agent_type)
          from news n join locked k on k.id = n.conversation_id
         where c.tenant_id = p_tenant_id and c.id = n.conversation_id
        returning c.id, c.last_message_index - n.message_count as base
    ), stored as (
        insert into prosa.messages as m (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role,
            content, sender_name, external_id, media_url, agent_type, model, input_tokens, output_tokens, tool_calls,
            metadata, search_text)
        select p_tenant_id, f.sent_at, f.id, f.conversation_id, f.inbox_id, f.contact_id,
               n.base + row_number() over (partition by f.conversation_id order by f.ordinal), f.role, f.content, f.sender_name,
               f.external_id, f.media_url, f.agent_type, f.model, coalesce(f.input_tokens, 0), coalesce(f.output_tokens, 0),
               f.tool_calls, coalesce(f.metadata, '{}'), prosa._search_text(v_language, f.sender_name, f.content)
          from fresh f join numbered n on n.id = f.conversation_id
        returning m.id, m.message_index
    )
    select array_agg(row(i.ordinal, i.inbox_id, i.external_id, s.id, i.sent_at, s.message_index)::prosa.recorded_message
                     order by i.ordinal)
      into v_rows
      from input i left join stored s on s.id = i.id;

    -- duplicates in a statement of their own: it sees what a concurrent delivery has committed meanwhile
    return query
    select x.message_id, x.created_at, x.message_index, x.is_duplicate
      from (select r.ordinal, r.message_id, r.created_at, r.message_index, false as is_duplicate
              from unnest(v_rows) r where r.message_id is not null
            union all
            select r.ordinal, d.message_id, d.created_at, d.message_index, true
              from unnest(v_rows) r
             cross join lateral prosa._recorded_message(p_tenant_id, r.inbox_id, r.external_id) d
             where r.message_id is null) x
     order by x.ordinal;
end
$$;
comment on function prosa._record_messages(uuid, jsonb) is
'record_messages() for a tenant, which must be the current one.';
