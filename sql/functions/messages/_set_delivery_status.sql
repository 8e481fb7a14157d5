create or replace function prosa._set_delivery_status(p_tenant_id uuid, p_message_id uuid, p_created_at timestamptz, p_status text, p_occurred_at timestamptz)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._require_tenant(p_tenant_id);
    if prosa._delivery_rank(p_status) is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('"%s" is not a delivery status', left(p_status, 40)),
            hint = 'Statuses: PENDING, ERROR, SERVER_ACK, DELIVERY_ACK, READ, PLAYED.';
    end if;
    update prosa.messages m set delivery_status = p_status
     where m.tenant_id = p_tenant_id and m.created_at = p_created_at and m.id = p_message_id
       and coalesce(prosa._delivery_rank(m.delivery_status), 0) < prosa._delivery_rank(p_status);
    if not found then
        perform from prosa.messages m where m.tenant_id = p_tenant_id and m.created_at = p_created_at and m.id = p_message_id;
        if not found then
            raise exception using
                errcode = 'no_data_found',
                message = 'the current tenant has no such message',
                hint = 'A message is named by its id and its created_at.';
        end if;
        return false;
    end if;
    insert into prosa.message_events (tenant_id, message_created_at, message_id, id, kind, status, occurred_at)
    values (p_tenant_id, p_created_at, p_message_id, prosa._uuid_v7(clock_timestamp()), 'status', p_status, coalesce(p_occurred_at, now()));
    return true;
end
$$;
comment on function prosa._set_delivery_status(uuid, uuid, timestamptz, text, timestamptz) is 'set_delivery_status() for a tenant, which must be the current one.';
