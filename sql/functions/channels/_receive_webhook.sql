create or replace function prosa._receive_webhook(p_tenant_id uuid, p_provider text, p_inbox_name text, p_payload jsonb, p_headers jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_inbox_id uuid;
    v_event text;
    v_event_id uuid := prosa._uuid_v7(clock_timestamp());
    v_result jsonb;
    v_code text;
    v_message text;
begin
    perform prosa._require_tenant(p_tenant_id);
    if p_provider is distinct from 'evolution' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('there is no provider "%s"', left(p_provider, 40)),
            hint = 'Providers: evolution.';
    elsif jsonb_typeof(p_payload) is distinct from 'object' or jsonb_typeof(p_payload -> 'event') is distinct from 'string' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the payload is not an Evolution event',
            hint = 'It is a JSON object {"event": "messages.upsert", "instance": …, "data": {…}}.';
    end if;
    select i.id into v_inbox_id from prosa.inboxes i
     where i.tenant_id = p_tenant_id and case when p_inbox_name is null then i.is_default else i.name = p_inbox_name end;
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the current tenant has no such inbox',
            hint = 'Create it with prosa.create_inbox(name), named as the instance.';
    end if;

    v_event := left(replace(lower(p_payload ->> 'event'), '_', '.'), 80);
    begin
        v_result := case v_event
            when 'messages.upsert' then prosa._evolution_messages(p_tenant_id, v_inbox_id, p_payload -> 'data')
            when 'send.message' then prosa._evolution_messages(p_tenant_id, v_inbox_id, p_payload -> 'data')
            when 'messages.update' then prosa._evolution_status(p_tenant_id, v_inbox_id, p_payload -> 'data')
            when 'messages.edited' then prosa._evolution_changes(p_tenant_id, v_inbox_id, p_payload -> 'data', 'MESSAGE_EDIT')
            when 'messages.delete' then prosa._evolution_changes(p_tenant_id, v_inbox_id, p_payload -> 'data', 'REVOKE')
            when 'connection.update' then prosa._evolution_connection(p_tenant_id, v_inbox_id, p_payload -> 'data')
            else '{"status": "ignored", "messages": []}'
        end;
    exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
        -- the sender's data: sending it again would not help, so the event is kept with the reason
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        v_result := jsonb_build_object('status', 'failed', 'messages', '[]'::jsonb,
                                       'error', jsonb_build_object('sqlstate', v_code, 'message', v_message));
    end;

    insert into prosa.inbound_events (tenant_id, id, inbox_id, provider, event, status, payload, headers, error_code, error_message)
    values (p_tenant_id, v_event_id, v_inbox_id, p_provider, v_event, v_result ->> 'status', prosa._redact_payload(p_payload),
            prosa._redact_payload(coalesce(p_headers, '{}')), v_result #>> '{error,sqlstate}', v_result #>> '{error,message}');
    return v_result || jsonb_build_object('event', v_event, 'event_id', v_event_id);
end
$$;
comment on function prosa._receive_webhook(uuid, text, text, jsonb, jsonb) is 'receive_webhook() for a tenant, which must be the current one.';
