create or replace function prosa._evolution_status(p_tenant_id uuid, p_inbox_id uuid, p_data jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_status record;
    v_is_stored boolean := false;
begin
    if jsonb_typeof(p_data) not in ('object', 'array') or p_data is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'data is neither a status nor a list of statuses';
    end if;
    for v_status in
        select m.id, m.created_at, u.status
          from (select coalesce(i ->> 'keyId', i #>> '{key,id}', i ->> 'id') as external_id,
                       upper(coalesce(i ->> 'status', i #>> '{update,status}')) as status
                  from jsonb_array_elements(case jsonb_typeof(p_data) when 'array' then p_data else jsonb_build_array(p_data) end) i) u
         cross join lateral prosa._find_message(p_tenant_id, p_inbox_id, u.external_id) f
          join prosa.messages m on m.tenant_id = p_tenant_id and m.created_at = f.created_at and m.id = f.message_id
         where prosa._delivery_rank(u.status) is not null
         -- messages in one order for every sender, so that two lists do not deadlock
         order by m.created_at, m.id, prosa._delivery_rank(u.status)
    loop
        v_is_stored := prosa._set_delivery_status(p_tenant_id, v_status.id, v_status.created_at, v_status.status, clock_timestamp()) or v_is_stored;
    end loop;
    return jsonb_build_object('status', case when v_is_stored then 'stored' else 'ignored' end, 'messages', '[]'::jsonb);
end
$$;
comment on function prosa._evolution_status(uuid, uuid, jsonb) is
'Notes the delivery status of an Evolution messages.update: PENDING, SERVER_ACK, DELIVERY_ACK, READ, PLAYED, or ERROR.';
