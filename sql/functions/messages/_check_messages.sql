create or replace function prosa._check_messages(p_tenant_id uuid, p_messages jsonb)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_bad record;
    v_element record;
begin
    if jsonb_typeof(p_messages) is distinct from 'array' or jsonb_array_length(p_messages) > 10000
       or jsonb_path_exists(p_messages, '$[*] ? (@.type() != "object")') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'messages must be a JSON array of up to 10000 objects',
            hint = 'The keys of each object are the parameters of prosa.record_message().';
    end if;
    select min(e.ordinal) filter (
               where c.id is null
                  or e.role is null or e.content is null
                  or e.role not in ('user', 'assistant', 'operator', 'system', 'tool')
                  or e.created_at not between timestamptz '2000-01-01 00:00+00' and now() + interval '1 day'
                  or e.input_tokens < 0 or e.output_tokens < 0 or e.cached_tokens not between 0 and coalesce(e.input_tokens, 0)
                  or jsonb_typeof(e.metadata) <> 'object') as ordinal,
           bool_or(e.created_at < now() - interval '1 day') as has_old
      into v_bad
      from rows from (jsonb_to_recordset(p_messages) as (
               conversation_id uuid, role text, content text, created_at timestamptz, input_tokens integer, output_tokens integer,
               cached_tokens integer, metadata jsonb)) with ordinality
           e (conversation_id, role, content, created_at, input_tokens, output_tokens, cached_tokens, metadata, ordinal)
      left join prosa.conversations c on c.tenant_id = p_tenant_id and c.id = e.conversation_id;
    if v_bad.ordinal is not null then
        if not exists (select from prosa.conversations c
                        where c.tenant_id = p_tenant_id
                          and c.id = (p_messages #>> array[(v_bad.ordinal - 1)::text, 'conversation_id'])::uuid) then
            raise exception using
                errcode = 'no_data_found',
                message = format('element %s: the current tenant has no such conversation', v_bad.ordinal),
                hint = 'Create it with prosa.get_or_create_conversation(inbox_id, contact_id).';
        end if;
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('element %s is not a message', v_bad.ordinal),
            hint = 'It needs conversation_id, role (user, assistant, operator, system, tool) and content; created_at lies between the year 2000 and one day ahead, tokens are not negative, cached_tokens are part of input_tokens, metadata is an object.';
    end if;
    select string_agg(distinct k, ', ') as keys into v_element
      from jsonb_array_elements(p_messages) e cross join lateral jsonb_object_keys(e) k
     where k not in ('conversation_id', 'role', 'content', 'external_id', 'created_at', 'input_tokens', 'output_tokens', 'model',
                     'agent_type', 'sender_name', 'media_url', 'tool_calls', 'metadata', 'cached_tokens', 'last_context');
    if v_element.keys is not null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('keys that no message has: %s', left(v_element.keys, 200)),
            hint = 'The keys of each object are the parameters of prosa.record_message().';
    end if;
    if exists (select from prosa.quota_blocks b where b.tenant_id = p_tenant_id and b.until > now()) then
        -- what was recorded before is a duplicate, whatever the quota is now
        perform prosa._check_quota(p_tenant_id, e.created_at)
           from jsonb_to_recordset(p_messages) e (conversation_id uuid, role text, external_id text, created_at timestamptz)
           join prosa.conversations c on c.tenant_id = p_tenant_id and c.id = e.conversation_id
          where e.role = 'assistant'
            and (prosa._find_message(p_tenant_id, c.inbox_id, nullif(e.external_id, ''))).message_id is null;
    end if;
    if v_bad.has_old then
        perform prosa._admit_old(p_tenant_id, p_messages);
    end if;
exception when invalid_text_representation or datetime_field_overflow or invalid_datetime_format or numeric_value_out_of_range then
    -- a value that its type does not take: look for the element it is in
    for v_element in select e.ordinality, e.value from jsonb_array_elements(p_messages) with ordinality e order by e.ordinality loop
        begin
            perform from jsonb_to_record(v_element.value) as (
                conversation_id uuid, created_at timestamptz, input_tokens integer, output_tokens integer, cached_tokens integer);
        exception when data_exception then
            raise exception using
                errcode = 'invalid_parameter_value',
                message = format('element %s is not a message: %s', v_element.ordinality, sqlerrm);
        end;
    end loop;
    raise;
end
$$;
comment on function prosa._check_messages(uuid, jsonb) is
'Refuses a batch that record_messages() cannot take, naming its first bad element, and one with an answer of the machine beyond the tenant''s quota; makes the months that it lacks.';
