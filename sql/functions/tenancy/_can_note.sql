create or replace function prosa._can_note()
    returns boolean
    language sql stable parallel safe security invoker
    return has_parameter_privilege('prosa_owner', 'backtrace_functions', 'SET');
comment on function prosa._can_note() is
'Whether Prosa may note the tenant of a transaction in backtrace_functions (see current_tenant_id). Roles are made with that right; on a server that refuses it contexts carry a seal instead, which each statement verifies.';
