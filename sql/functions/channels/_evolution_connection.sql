create or replace function prosa._evolution_connection(p_tenant_id uuid, p_inbox_id uuid, p_data jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if jsonb_typeof(p_data -> 'state') is distinct from 'string' then
        raise exception using errcode = 'invalid_parameter_value', message = 'data has no state of the connection';
    end if;
    update prosa.inboxes i set connection_state = left(p_data ->> 'state', 40), connection_state_at = clock_timestamp()
     where i.tenant_id = p_tenant_id and i.id = p_inbox_id;
    return '{"status": "stored", "messages": []}'::jsonb;
end
$$;
comment on function prosa._evolution_connection(uuid, uuid, jsonb) is 'Notes the state of an instance from an Evolution connection.update.';
