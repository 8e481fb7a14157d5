create or replace function prosa._evolution_status(p_tenant_id uuid, p_inbox_id uuid, p_data jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_order constant text[] := array['PENDING', 'ERROR', 'SERVER_ACK', 'DELIVERY_ACK', 'READ', 'PLAYED'];
    v_updated integer;
begin
    if jsonb_typeof(p_data) not in ('object', 'array') or p_data is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'data is neither a status nor a list of statuses';
    end if;
    update prosa.messages m set delivery_status = s.status
      from (select f.message_id, f.created_at, max(array_position(c_order, u.status)) as rank,
                   (array_agg(u.status order by array_position(c_order, u.status) desc))[1] as status
              from (select coalesce(i ->> 'keyId', i #>> '{key,id}', i ->> 'id') as external_id,
                           upper(coalesce(i ->> 'status', i #>> '{update,status}')) as status
                      from jsonb_array_elements(case jsonb_typeof(p_data) when 'array' then p_data else jsonb_build_array(p_data) end) i) u
             cross join lateral prosa._find_message(p_tenant_id, p_inbox_id, u.external_id) f
             where u.status = any (c_order)
             group by f.message_id, f.created_at) s
     where m.tenant_id = p_tenant_id and m.created_at = s.created_at and m.id = s.message_id
       -- reports may overtake each other: a status never goes back
       and coalesce(array_position(c_order, m.delivery_status), 0) < s.rank;
    get diagnostics v_updated = row_count;
    return jsonb_build_object('status', case v_updated when 0 then 'ignored' else 'stored' end, 'messages', '[]'::jsonb);
end
$$;
comment on function prosa._evolution_status(uuid, uuid, jsonb) is
'Notes the delivery status of an Evolution messages.update: PENDING, SERVER_ACK, DELIVERY_ACK, READ, PLAYED, or ERROR.';
