-- app.tenant_id says which tenant, and anybody may set it. backtrace_functions says that authenticate() or set_tenant() put
-- it there, in this transaction, for this role, and until when: EXPIRY_prosa_TENANT_ROLE_. prosa_owner alone may set that
-- parameter (a developer's option, without effect on a name that no C function has), so the note cannot be forged, copied or
-- replayed. PostgreSQL has no parameter of a package's own that is protected like this without a library.
-- The body is standard SQL: its names are bound when it is created, so it needs no pinned search_path, and without one it is
-- inlined, where a definer function that verifies an HMAC takes eight microseconds.
create or replace function prosa.current_tenant_id()
    returns uuid
    language sql stable parallel safe security invoker
    return case
        when strpos(current_setting('backtrace_functions'),
                    '_prosa_' || replace(current_setting('app.tenant_id', true), '-', '_')
                    || '_' || to_hex(hashtext(session_user || current_setting('role'))) || '_') > 0
             and current_setting('backtrace_functions') > (date_part('epoch', statement_timestamp())::bigint)::text collate "C"
        then current_setting('app.tenant_id', true)::uuid
        else prosa._context_tenant()
    end;
comment on function prosa.current_tenant_id() is
'The tenant of the current transaction, or null when there is none: then row security shows and takes nothing. The setting app.tenant_id counts only where authenticate() or set_tenant() made it in this transaction, or where the role is trusted with it (see set_tenant).
Example: select prosa.current_tenant_id();';
