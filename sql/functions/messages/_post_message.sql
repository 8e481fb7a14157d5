create or replace function prosa._post_message()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    insert into prosa.message_outbox (tenant_id, inbox_id, external_id, message_id, created_at, role, agent_type, model,
        input_tokens, output_tokens, cached_tokens)
    values (new.tenant_id, new.inbox_id, coalesce(new.external_id, new.id::text), new.id, new.created_at, new.role, new.agent_type, new.model,
        new.input_tokens, new.output_tokens, new.cached_tokens);
    -- before the row is stored, so that it says so wherever it is moved to: maintenance moves rows from the default partition
    new.is_posted := true;
    return new;
end
$$;
comment on function prosa._post_message() is
'Trigger of messages: puts into the outbox what the writer of a message did not, so that every message is counted, embedded and known by its external id.';
