create or replace function prosa._context_tenant()
    returns uuid
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id constant uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
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
