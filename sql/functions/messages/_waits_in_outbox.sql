create or replace function prosa._waits_in_outbox(p_message prosa.message_key)
    returns boolean
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return exists (
        select from prosa.message_outbox o
         where o.tenant_id = p_message.tenant_id and o.inbox_id = p_message.inbox_id
           and o.external_id = coalesce(p_message.external_id, p_message.id::text) and o.message_id = p_message.id);
end
$$;
comment on function prosa._waits_in_outbox(prosa.message_key) is 'Whether a message waits in the outbox, so that its consumption is not in the daily sums yet.';
