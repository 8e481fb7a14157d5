create or replace function prosa._evolution_changes(p_tenant_id uuid, p_inbox_id uuid, p_data jsonb, p_type text)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_items constant jsonb := case jsonb_typeof(p_data) when 'array' then p_data when 'object' then jsonb_build_array(p_data) end;
    v_item jsonb;
    v_id text;
    v_changed jsonb;
    v_all jsonb := '[]'::jsonb;
begin
    if v_items is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'data is neither a message nor a list of messages';
    end if;
    -- in one order for every sender, so that two lists do not deadlock
    for v_item in select i.value from jsonb_array_elements(v_items) i order by i.value #>> '{key,remoteJid}', i.value::text loop
        v_id := coalesce(v_item #>> '{key,id}', v_item ->> 'keyId', v_item ->> 'id');
        if coalesce(v_id, '') = '' then
            raise exception using errcode = 'invalid_parameter_value', message = 'data names no message';
        end if;
        v_changed := prosa._evolution_change(p_tenant_id, p_inbox_id, null,
            jsonb_build_object('key', jsonb_build_object('id', v_id), 'type', p_type, 'editedMessage', v_item -> 'editedMessage'),
            prosa._evolution_time(v_item -> 'timestampMs'));
        if v_changed is not null then
            v_all := v_all || jsonb_build_array(v_changed);
        end if;
    end loop;
    return jsonb_build_object('status', case v_all when '[]' then 'ignored' else 'stored' end, 'messages', v_all);
end
$$;
comment on function prosa._evolution_changes(uuid, uuid, jsonb, text) is
'Edits (p_type MESSAGE_EDIT) or deletes (REVOKE) the messages of an Evolution messages.edited or messages.delete: a message, its key, or a list of them.';
