create or replace function prosa._is_noted(p_tenant_id uuid)
    returns boolean
    language sql stable parallel safe security invoker
    return coalesce(strpos(current_setting('backtrace_functions'), '_prosa_' || replace(p_tenant_id::text, '-', '_') || '_') > 0
                    and current_setting('backtrace_functions') > (date_part('epoch', statement_timestamp())::bigint)::text collate "C", false);
comment on function prosa._is_noted(uuid) is
'Whether this transaction opened a tenant that has not expired, by whichever role (see current_tenant_id).';
