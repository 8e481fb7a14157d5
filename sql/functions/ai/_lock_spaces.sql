create or replace function prosa._lock_spaces(p_tenant_id uuid, p_wait boolean default true)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key constant bigint := hashtextextended('prosa.embedding_spaces ' || p_tenant_id, 0);
begin
    if p_wait then
        perform pg_advisory_xact_lock(v_key);
        return true;
    end if;
    return pg_try_advisory_xact_lock(v_key);
end
$$;
comment on function prosa._lock_spaces(uuid, boolean) is
'One transaction at a time makes, fills, activates and drops spaces of a tenant; who embeds and searches waits for none of them. False: another is at it.';
