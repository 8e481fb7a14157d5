create or replace function prosa._recorded_message(p_tenant_id uuid, p_inbox_id uuid, p_external_id text)
    returns prosa.recorded_message
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_recorded prosa.recorded_message;
begin
    select f.message_id, f.created_at into v_recorded.message_id, v_recorded.created_at
      from prosa._find_message(p_tenant_id, p_inbox_id, p_external_id) f;
    if v_recorded.message_id is null then
        -- the other delivery committed after this transaction's snapshot was taken
        raise exception using
            errcode = 'serialization_failure',
            message = 'the message is being recorded by another transaction',
            hint = 'Repeat the transaction.';
    end if;
    select m.message_index into v_recorded.message_index from prosa.messages m
     where m.tenant_id = p_tenant_id and m.created_at = v_recorded.created_at and m.id = v_recorded.message_id;
    v_recorded.is_duplicate := true;
    return v_recorded;
end
$$;
comment on function prosa._recorded_message(uuid, uuid, text) is
'The message that an external id became, as record_message() returns a duplicate; its index is null when retention has removed it. 40001 under repeatable read when it is newer than the snapshot.';
