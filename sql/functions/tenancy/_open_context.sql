create or replace function prosa._open_context(p_tenant_id uuid, p_expires_at timestamptz default null)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- a second early: the comparison rounds
    v_expires constant bigint := floor(extract(epoch from least(p_expires_at, statement_timestamp() + interval '1 hour'))) - 1;
begin
    execute format('set local app.tenant_id = %L', p_tenant_id);
    if prosa._can_note() then
        perform set_config('backtrace_functions', format('%s_prosa_%s_%s_', v_expires, replace(p_tenant_id::text, '-', '_'),
                           to_hex(hashtext(session_user || current_setting('role')))), true);
        return;
    end if;
    if not pg_is_in_recovery() then
        perform pg_current_xact_id();  -- transactions of one message share their start; a number tells them apart
    end if;
    execute format('set local app.tenant_seal = %L', prosa._seal(p_tenant_id, v_expires));
end
$$;
comment on function prosa._open_context(uuid, timestamptz) is
'Makes a tenant the current one until the transaction ends, or until p_expires_at, an hour at most. Whoever calls it has checked that the caller may.';
