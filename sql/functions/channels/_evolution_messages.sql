create or replace function prosa._evolution_messages(p_tenant_id uuid, p_inbox_id uuid, p_data jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_items jsonb;
    v_item jsonb;
    v_ordinal bigint;
    v_stored jsonb;
    v_all jsonb := '[]'::jsonb;
    v_error jsonb;
    v_code text;
    v_message text;
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
    -- conversations in one order for every sender, so that two batches do not deadlock
    for v_item, v_ordinal in
        select i.value, i.ordinality from jsonb_array_elements(v_items) with ordinality i
         order by i.value #>> '{key,remoteJid}', i.ordinality
    loop
        -- a bad message does not keep the good ones beside it out
        begin
            v_stored := prosa._evolution_message(p_tenant_id, p_inbox_id, v_item);
            if v_stored is not null then
                v_all := v_all || jsonb_build_array(jsonb_build_array(v_ordinal, v_stored));
            end if;
        exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
            get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
            v_error := coalesce(v_error, jsonb_build_object('sqlstate', v_code, 'message', v_message));
        end;
    end loop;
    return jsonb_strip_nulls(jsonb_build_object('error', v_error)) || jsonb_build_object(
        'status', case when v_error is not null then 'failed' when v_all = '[]' then 'ignored' else 'stored' end,
        'messages', coalesce((select jsonb_agg(a -> 1 order by (a ->> 0)::bigint) from jsonb_array_elements(v_all) a), '[]'));
end
$$;
comment on function prosa._evolution_messages(uuid, uuid, jsonb) is 'Records the messages of an Evolution messages.upsert or send.message; with one that is bad the status is failed, and the others are recorded all the same.';
