create or replace function prosa._context_tenant()
    returns uuid
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid;
    v_bound uuid[];
    v_rights record;
begin
    if current_setting('app.tenant_id', true) <> '' then
        -- what is no uuid is no tenant: an error would come or not with the rows that a query's own conditions let through
        v_tenant_id := substring(current_setting('app.tenant_id', true) from '(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$')::uuid;
    end if;
    -- the commonest bound role, found by one query
    if current_setting('role') = 'none' then
        select array_agg(t.tenant_id) into v_bound from prosa.tenant_roles t where t.role_name = session_user;
    end if;
    if v_bound is null then
        v_rights := prosa._context_rights();
        v_bound := v_rights.tenants;
    end if;
    if v_bound is not null then
        return case
            when v_tenant_id = any (v_bound) then v_tenant_id
            when v_tenant_id is null and cardinality(v_bound) = 1 then v_bound[1]
        end;
    end if;
    return case when v_rights.any_tenant or prosa._is_noted(v_tenant_id) or prosa._is_sealed(v_tenant_id) then v_tenant_id end;
end
$$;
comment on function prosa._context_tenant() is
'current_tenant_id() where the role did not open the tenant itself: what app.tenant_id is worth to it. A context that another role opened in this transaction is good, unless the role is bound to other tenants. A role bound to one tenant is in it without setting anything.';
