create or replace function prosa.message_history(message_id uuid, created_at timestamptz)
    returns table (event_id uuid, kind text, status text, previous_content text, occurred_at timestamptz, recorded_at timestamptz)
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return query
    select e.id, e.kind, e.status, e.previous_content, e.occurred_at, e.recorded_at
      from prosa.message_events e
     where e.tenant_id = v_tenant_id and e.message_created_at = message_history.created_at and e.message_id = message_history.message_id
     order by e.recorded_at, e.id;
end
$$;
comment on function prosa.message_history(uuid, timestamptz) is
'What happened to a message of the current tenant after it was recorded, oldest first. No rows for one that nothing happened to, or that the tenant does not have.
message_id, created_at: as edit_message().
Result: kind edited (previous_content: what it said until then), status (status: what it reached) or deleted; occurred_at by the clock of who reported it, recorded_at by the server''s. Once a message is deleted, the contents before its edits are gone.
Errors: 42501 no tenant set.
Example: select kind, status, previous_content, occurred_at from prosa.message_history(:message_id, :created_at);';
