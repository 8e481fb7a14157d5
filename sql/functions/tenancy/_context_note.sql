create or replace function prosa._context_note(p_tenant_id uuid, p_expires_at timestamptz)
    returns text
    language sql stable parallel safe security invoker
    -- a second early: the comparison rounds
    return floor(extract(epoch from least(p_expires_at, statement_timestamp() + interval '1 hour')))::bigint - 1
           || '_prosa_' || replace(p_tenant_id::text, '-', '_') || '_' || to_hex(hashtext(session_user || current_setting('role'))) || '_';
comment on function prosa._context_note(uuid, timestamptz) is
'What is noted of a tenant that the calling role opens until p_expires_at, an hour at most (see current_tenant_id).';
