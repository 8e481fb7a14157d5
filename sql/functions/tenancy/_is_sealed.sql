create or replace function prosa._is_sealed(p_tenant_id uuid)
    returns boolean
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_seal constant text := current_setting('app.tenant_seal', true);
    v_expires constant bigint := substring(v_seal from '^([0-9]{10})\.')::bigint;
begin
    return coalesce(v_expires > extract(epoch from clock_timestamp()) and v_seal = prosa._seal(p_tenant_id, v_expires), false)
           -- where contexts are noted, no seal is ever made
           and not prosa._can_note();
end
$$;
comment on function prosa._is_sealed(uuid) is 'Whether app.tenant_seal is this transaction''s own seal for a tenant, and has not expired.';
