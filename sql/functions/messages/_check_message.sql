create or replace function prosa._check_message(
    p_tenant_id uuid,
    p_conversation_id uuid,
    p_role text,
    p_content text,
    p_created_at timestamptz,
    p_metadata jsonb,
    p_external_id text)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_inbox_id uuid;
    v_expired text;
begin
    if p_role is null or p_role not in ('user', 'assistant', 'operator', 'system', 'tool') then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('"%s" is not a role of a message', left(p_role, 40)),
            hint = 'Roles: user, assistant, operator, system, tool.';
    elsif p_content is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a message needs a content',
            hint = 'A message without text, such as an image, has the content ''''.';
    elsif p_created_at not between timestamptz '2000-01-01 00:00+00' and now() + interval '1 day' then
        -- each month has a partition: a wild date must not cost everybody
        raise exception using errcode = 'invalid_parameter_value', message = 'created_at must lie between the year 2000 and one day ahead';
    elsif jsonb_typeof(p_metadata) <> 'object' then
        raise exception using errcode = 'invalid_parameter_value', message = 'metadata must be a JSON object';
    end if;
    select c.inbox_id into v_inbox_id from prosa.conversations c where c.tenant_id = p_tenant_id and c.id = p_conversation_id;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the tenant has no such conversation',
            hint = 'Create it with prosa.get_or_create_conversation(inbox_id, contact_id).';
    end if;
    -- what is here already is a duplicate, whatever its age and the quota are now
    if (p_created_at < now() - interval '1 day' or p_role = 'assistant')
       and (prosa._find_message(p_tenant_id, v_inbox_id, nullif(p_external_id, ''))).message_id is null then
        if p_created_at < now() - interval '1 day' then
            v_expired := prosa._expired(p_tenant_id, p_created_at);
            if v_expired is not null then
                raise exception using
                    errcode = 'invalid_parameter_value',
                    message = v_expired,
                    hint = 'Retention would remove it at once. Leave it out, or give the tenant a plan that keeps messages for longer.';
            end if;
            perform prosa._ensure_month(p_created_at);
        end if;
        if p_role = 'assistant' and exists (select from prosa.quota_blocks b where b.tenant_id = p_tenant_id and b.until > now()) then
            perform prosa._check_quota(p_tenant_id, p_created_at);
        end if;
    end if;
    return v_inbox_id;
end
$$;
comment on function prosa._check_message(uuid, uuid, text, text, timestamptz, jsonb, text) is
'Refuses what cannot be recorded as a message, and one of the machine''s that is beyond the tenant''s quota; makes the month of one that is older than a day; returns the inbox of its conversation.';
