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
    -- what is older than a day may be older than its conversation
    if new.created_at < now() - interval '1 day' then
        update prosa.conversations c set messages_since = new.created_at
         where c.tenant_id = new.tenant_id and c.id = new.conversation_id and c.messages_since > new.created_at;
    end if;
    return null;
end
$$;
comment on function prosa._post_message() is
'Trigger of messages: puts into the outbox what the writer of a message did not, so that every message is counted, embedded and known by its external id; and tells its conversation of one that is older than it knows.';
