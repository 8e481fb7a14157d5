create or replace function prosa._open_context(p_tenant_id uuid, p_expires_at timestamptz default null)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform set_config('app.tenant_id', p_tenant_id::text, true);
    if prosa._can_note() then
        perform set_config('backtrace_functions', prosa._context_note(p_tenant_id, p_expires_at), true);
        return;
    end if;
    if not pg_is_in_recovery() then
        perform pg_current_xact_id();  -- transactions of one message share their start; a number tells them apart
    end if;
    perform set_config('app.tenant_seal', prosa._seal(p_tenant_id, split_part(prosa._context_note(p_tenant_id, p_expires_at), '_', 1)::bigint), true);
end
$$;
comment on function prosa._open_context(uuid, timestamptz) is
'Makes a tenant the current one until the transaction ends, or until p_expires_at, an hour at most. Whoever calls it has checked that the caller may.';
