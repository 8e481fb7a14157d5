create or replace function prosa._find_message(p_tenant_id uuid, p_inbox_id uuid, p_external_id text, out message_id uuid, out created_at timestamptz)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
begin
    select f.message_id, f.created_at into message_id, created_at
      from (select o.message_id, o.created_at from prosa.message_outbox o
             where o.tenant_id = p_tenant_id and o.inbox_id = p_inbox_id and o.external_id = p_external_id
            union all
            select l.message_id, l.created_at from prosa.message_ledger l
             where l.tenant_id = p_tenant_id and l.inbox_id = p_inbox_id and l.external_id = p_external_id) f
     limit 1;
end
$$;
comment on function prosa._find_message(uuid, uuid, text) is 'The key of the message that an external id became; nulls when it became none.';
