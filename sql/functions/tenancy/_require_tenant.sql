create or replace function prosa._require_tenant(p_tenant_id uuid default null)
    returns uuid
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa.current_tenant_id();
begin
    if v_tenant_id is null then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'no tenant is set',
            hint = 'Begin a transaction and call prosa.authenticate(api_key) or prosa.set_tenant(id) first.';
    end if;
    if p_tenant_id <> v_tenant_id then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'the tenant asked for is not the current one',
            hint = 'Open that tenant first, with its own key.';
    end if;
    return v_tenant_id;
end
$$;
comment on function prosa._require_tenant(uuid) is
'The current tenant; 42501 when none is set or when it is not the one given.';
