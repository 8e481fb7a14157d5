create or replace function prosa._import_rows(p_tenant_id uuid, p_import_name text, p_rows bigint[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_middle constant integer := cardinality(p_rows) / 2;
    v_messages jsonb;
begin
    perform prosa._require_tenant(p_tenant_id);
    if cardinality(p_rows) = 0 then
        return;
    end if;
    begin
        with rows as materialized (
            select i.*, n.id as inbox_id, r.ordinality as ordinal
              from unnest(p_rows) with ordinality r
             cross join lateral (select * from prosa.message_imports i
                                  where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.row_number = r.r limit 1) i
              join prosa.inboxes n on n.tenant_id = p_tenant_id and n.name = i.inbox_name
        ), threads as materialized (
            select prosa._get_or_create_conversation(p_tenant_id, t.inbox_id, prosa._get_or_create_contact(
                       p_tenant_id, jsonb_build_array(jsonb_build_object('kind', t.contact_kind, 'value', t.contact_key)), t.contact_name)) as conversation_id,
                   t.ordinals
              from (select i.inbox_id, i.contact_kind, i.contact_key, array_agg(i.ordinal) as ordinals,
                           (array_agg(i.contact_name order by i.created_at desc) filter (where i.contact_name is not null))[1] as contact_name
                      from rows i group by 1, 2, 3 order by 1, 2, 3) t
        ), placed as (
            select t.conversation_id, o.ordinal from threads t cross join lateral unnest(t.ordinals) o (ordinal)
        )
        select jsonb_agg(jsonb_build_object(
                   'conversation_id', p.conversation_id, 'role', i.role, 'content', i.content, 'external_id', i.external_id,
                   'created_at', i.created_at, 'input_tokens', i.input_tokens, 'output_tokens', i.output_tokens,
                   'cached_tokens', i.cached_tokens, 'model', i.model, 'agent_type', i.agent_type, 'sender_name', i.sender_name,
                   'media_url', i.media_url, 'tool_calls', i.tool_calls, 'metadata', i.metadata) order by i.ordinal)
          into v_messages
          from rows i join placed p on p.ordinal = i.ordinal;

        update prosa.message_imports i
           set status = case when r.is_duplicate then 'duplicate' else 'recorded' end, reason = null,
               message_id = r.message_id, processed_at = clock_timestamp()
          from prosa._record_messages(p_tenant_id, v_messages, true) with ordinality r
         where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.row_number = p_rows[r.ordinality];
    exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
        if cardinality(p_rows) = 1 then
            update prosa.message_imports i set status = 'failed', reason = sqlerrm, processed_at = clock_timestamp()
             where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.row_number = p_rows[1];
        else
            -- one of them: each half by itself, until it is alone
            perform prosa._import_rows(p_tenant_id, p_import_name, p_rows[:v_middle]);
            perform prosa._import_rows(p_tenant_id, p_import_name, p_rows[v_middle + 1:]);
        end if;
    end;
end
$$;
comment on function prosa._import_rows(uuid, text, bigint[]) is
'Records rows of an import, in the order given, as history: contacts and conversations are made as needed, the rest is record_messages(). A row that cannot be recorded fails alone.';
