create or replace function prosa.find_message(inbox_id uuid, external_id text)
    returns table (message_id uuid, created_at timestamptz)
    language plpgsql stable parallel safe security definer rows 1
    set search_path = pg_catalog, prosa, pg_temp
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return query
    select f.message_id, f.created_at
      from prosa._find_message(v_tenant_id, find_message.inbox_id, find_message.external_id) f
     where f.message_id is not null;
end
$$;
comment on function prosa.find_message(uuid, text) is
'The key of the message that an inbox of the current tenant recorded under a provider''s id, for the functions that take one; no row when there is none.
Errors: 42501 no tenant set.
Example: select prosa.delete_message(f.message_id, f.created_at) from prosa.find_message(:inbox_id, ''3EB0C7…'') f;';
