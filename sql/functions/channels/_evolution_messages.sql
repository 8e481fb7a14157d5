create or replace function prosa._evolution_messages(p_tenant_id uuid, p_inbox_id uuid, p_data jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_items jsonb;
    v_item jsonb;
    v_stored jsonb;
    v_all jsonb := '[]'::jsonb;
begin
    -- one message, the messages[] of older senders, or an array
    v_items := case
        when jsonb_typeof(p_data -> 'messages') = 'array' then p_data -> 'messages'
        when jsonb_typeof(p_data) = 'array' then p_data
        when jsonb_typeof(p_data) = 'object' then jsonb_build_array(p_data)
    end;
    if v_items is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'data is neither a message nor a list of messages';
    end if;
    for v_item in select i.value from jsonb_array_elements(v_items) with ordinality i order by i.ordinality loop
        v_stored := prosa._evolution_message(p_tenant_id, p_inbox_id, v_item);
        if v_stored is not null then
            v_all := v_all || v_stored;
        end if;
    end loop;
    return jsonb_build_object('status', case v_all when '[]' then 'ignored' else 'stored' end, 'messages', v_all);
end
$$;
comment on function prosa._evolution_messages(uuid, uuid, jsonb) is 'Records the messages of an Evolution messages.upsert or send.message.';
