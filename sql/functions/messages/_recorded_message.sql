create or replace function prosa._recorded_message(p_tenant_id uuid, p_inbox_id uuid, p_external_id text)
    returns table (message_id uuid, created_at timestamptz, message_index bigint, is_duplicate boolean)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
begin
    perform prosa._require_tenant(p_tenant_id);
    select l.message_id, l.created_at into message_id, created_at from prosa.message_ledger l
     where l.tenant_id = p_tenant_id and l.inbox_id = p_inbox_id and l.external_id = p_external_id;
    if not found then
        -- the other delivery committed after this transaction's snapshot was taken
        raise exception using
            errcode = 'serialization_failure',
            message = 'the message is being recorded by another transaction',
            hint = 'Repeat the transaction.';
    end if;
    select m.message_index into message_index from prosa.messages m
     where m.tenant_id = p_tenant_id and m.created_at = _recorded_message.created_at and m.id = _recorded_message.message_id;
    is_duplicate := true;
    return next;
end
$$;
comment on function prosa._recorded_message(uuid, uuid, text) is
'The message that an external id became, as record_message() returns a duplicate; its index is null when retention has removed it. 40001 under repeatable read when it is newer than the snapshot.';
