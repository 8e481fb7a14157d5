create or replace function prosa._enqueue_messages()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_message record;
begin
    for v_message in
        select i.tenant_id, i.id, i.created_at from inserted i
         where i.role in ('user', 'assistant', 'operator') and i.content ~ '[[:alnum:]]'
         order by i.tenant_id, i.id
    loop
        insert into prosa.embedding_queue (tenant_id, kind, item_id, item_created_at)
        values (v_message.tenant_id, 'message', v_message.id, v_message.created_at);
    end loop;
    return null;
end
$$;
comment on function prosa._enqueue_messages() is 'Trigger of messages: queues those with words for embedding. It calls nobody: a trigger waits for no endpoint.';
