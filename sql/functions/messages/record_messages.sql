create or replace function prosa.record_messages(messages jsonb)
    returns setof prosa.recorded_message
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return query select r.* from prosa._record_messages(v_tenant_id, record_messages.messages) r;
end
$$;
comment on function prosa.record_messages(jsonb) is
'Records many messages of the current tenant in one statement, all or none: an array of 1 to 10,000 objects (of none: no rows) whose keys are the parameters of record_message(). Returns one row for each, in order; duplicates, also within the array, return the first message.
Errors: as record_message(); the message names the element. 22023 when it is not such an array, or has keys that no message has.
Example: select * from prosa.record_messages(''[{"conversation_id": "…", "role": "user", "content": "Oi", "external_id": "A1"}]'');';
