create or replace function prosa._context_tenant()
    returns uuid
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- what is no uuid is no tenant: an error would come or not with the rows that a query's own conditions let through
    v_tenant_id constant uuid := substring(current_setting('app.tenant_id', true) from '(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$')::uuid;
    v_rights record;
begin
    v_rights := prosa._context_rights();
    if v_rights.tenants is not null then
        return case
            when v_tenant_id = any (v_rights.tenants) then v_tenant_id
            when v_tenant_id is null and cardinality(v_rights.tenants) = 1 then v_rights.tenants[1]
        end;
    end if;
    return case when v_rights.any_tenant or prosa._is_noted(v_tenant_id) or prosa._is_sealed(v_tenant_id) then v_tenant_id end;
end
$$;
comment on function prosa._context_tenant() is
'current_tenant_id() where the role did not open the tenant itself: what app.tenant_id is worth to it. A context that another role opened in this transaction is good, unless the role is bound to other tenants. A role bound to one tenant is in it without setting anything.';
