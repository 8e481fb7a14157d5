create or replace function prosa._check_messages(p_tenant_id uuid, p_messages jsonb)
    returns void
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_bad record;
begin
    if jsonb_typeof(p_messages) is distinct from 'array' or jsonb_array_length(p_messages) > 10000
       or jsonb_path_exists(p_messages, '$[*] ? (@.type() != "object")') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'messages must be a JSON array of up to 10000 objects',
            hint = 'The keys of each object are the parameters of prosa.record_message().';
    end if;
    select e.ordinal, e.element, c.id is null as is_foreign into v_bad
      from jsonb_array_elements(p_messages) with ordinality e (element, ordinal)
      left join prosa.conversations c on c.tenant_id = p_tenant_id and c.id = (e.element ->> 'conversation_id')::uuid
     where c.id is null
        or e.element ->> 'role' is null or e.element ->> 'content' is null
        or e.element ->> 'role' not in ('user', 'assistant', 'operator', 'system', 'tool')
        or jsonb_typeof(nullif(e.element -> 'metadata', 'null')) <> 'object'
     order by e.ordinal limit 1;
    if not found then
        return;
    end if;
    if v_bad.is_foreign then
        raise exception using
            errcode = 'no_data_found',
            message = format('element %s: the current tenant has no such conversation', v_bad.ordinal),
            hint = 'Create it with prosa.get_or_create_conversation(inbox_id, contact_id).';
    end if;
    raise exception using
        errcode = 'invalid_parameter_value',
        message = format('element %s is not a message', v_bad.ordinal),
        hint = 'It needs conversation_id, role (user, assistant, operator, system, tool) and content; metadata is an object.';
end
$$;
comment on function prosa._check_messages(uuid, jsonb) is 'Refuses a batch that record_messages() cannot take, naming its first bad element.';
