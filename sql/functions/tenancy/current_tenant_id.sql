create or replace function prosa.current_tenant_id()
    returns uuid
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- the setting is '' rather than null after the transaction that set it
    return nullif(current_setting('app.tenant_id', true), '')::uuid;
end
$$;
comment on function prosa.current_tenant_id() is
'The tenant of the current transaction, or null when none is set: then row security shows and takes nothing.
Errors: 22P02 when app.tenant_id holds something that is not a uuid.
Example: select prosa.current_tenant_id();';
