create or replace function prosa._enter_ledger(p_tenant_id uuid, p_inbox_id uuid, p_external_id text, p_message_id uuid, p_created_at timestamptz)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if coalesce(p_external_id, '') = '' then
        return true;
    end if;
    insert into prosa.message_ledger (tenant_id, inbox_id, external_id, message_id, created_at)
    values (p_tenant_id, p_inbox_id, p_external_id, p_message_id, p_created_at)
    on conflict on constraint message_ledger_pkey do nothing;
    return found;
end
$$;
comment on function prosa._enter_ledger(uuid, uuid, text, uuid, timestamptz) is
'Enters an external id into the ledger; false when it is there. For transactions whose snapshot may be older than the ledger: PostgreSQL refuses those with 40001 when the entry is newer than the snapshot.';
