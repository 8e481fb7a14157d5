create or replace function prosa._forget_memory(
    p_tenant_id uuid,
    p_memory_id uuid,
    p_contact_id uuid,
    p_kind text,
    p_natural_key text,
    p_before timestamptz)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set plan_cache_mode = force_custom_plan
as $$
declare
    v_forgotten bigint;
begin
    perform prosa._require_tenant(p_tenant_id);
    if num_nonnulls(p_memory_id, p_contact_id, p_kind, p_natural_key, p_before) = 0 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'there is nothing to forget: no memory and no filter was given',
            hint = 'Pass memory_id, or any of contact_id, kind, natural_key and before.';
    end if;
    delete from prosa.memory_chunks m
     where m.tenant_id = p_tenant_id
       and (p_memory_id is null or m.id = p_memory_id)
       and (p_contact_id is null or m.contact_id = p_contact_id)
       and (p_kind is null or m.kind = p_kind)
       and (p_natural_key is null or m.natural_key = p_natural_key)
       and (p_before is null or m.created_at < p_before);
    get diagnostics v_forgotten = row_count;
    return v_forgotten;
end
$$;
comment on function prosa._forget_memory(uuid, uuid, uuid, text, text, timestamptz) is 'forget_memory() for a tenant, which must be the current one.';
