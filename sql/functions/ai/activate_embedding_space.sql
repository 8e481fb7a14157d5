create or replace function prosa.activate_embedding_space(p_tenant_id uuid, space_id uuid, force boolean default false)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant(p_tenant_id);
    v_status text;
begin
    perform prosa._lock_spaces(v_tenant_id);
    v_status := (select s.status from prosa.embedding_spaces s where s.tenant_id = v_tenant_id and s.id = activate_embedding_space.space_id);
    if v_status is null then
        raise exception using errcode = 'no_data_found', message = 'the tenant has no such embedding space';
    elsif v_status = 'active' then
        return true;
    elsif v_status = 'retired' then
        perform prosa._start_fill(v_tenant_id, activate_embedding_space.space_id);
    end if;
    if activate_embedding_space.force then
        perform prosa._switch_space(v_tenant_id, activate_embedding_space.space_id);
    end if;
    return prosa._active_space(v_tenant_id) = activate_embedding_space.space_id;
end
$$;
comment on function prosa.activate_embedding_space(uuid, uuid, boolean) is
'Has a space of the current tenant replace the active one: when it has all messages and memories, which the workers see to, or at once by force. So a retired space comes back, and a space becomes active though some items were given up. Returns whether it is active now.
p_tenant_id: must be the current tenant. space_id: of embedding_spaces. force: now, whatever it lacks; what can be embedded is added afterwards, and is not found by meaning until then.
Errors: 42501 no tenant set or another one; P0002 no such space; 55000 another space is being filled.
Example: select prosa.activate_embedding_space(prosa.current_tenant_id(), :space_id, force => true);';
