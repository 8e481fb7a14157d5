create or replace function prosa._close_context()
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    set local app.tenant_id = '';
    set local app.tenant_seal = '';
    if prosa._can_note() then
        perform set_config('backtrace_functions', '', true);
    end if;
end
$$;
comment on function prosa._close_context() is 'Ends the context of the transaction: there is no current tenant.';
