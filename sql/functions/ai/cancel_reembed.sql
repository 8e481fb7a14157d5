create or replace function prosa.cancel_reembed(p_tenant_id uuid)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant(p_tenant_id);
    v_space prosa.embedding_spaces;
begin
    perform prosa._lock_spaces(v_tenant_id);
    select s.* into v_space from prosa.embedding_spaces s where s.tenant_id = v_tenant_id and s.status = 'filling';
    if not found then
        return false;
    elsif v_space.activated_at is null then
        perform prosa._drop_space(v_tenant_id, v_space.id);
    else
        update prosa.embedding_spaces s set status = 'retired' where s.tenant_id = v_tenant_id and s.id = v_space.id;
        delete from prosa.embedding_fills f where f.tenant_id = v_tenant_id and f.space_id = v_space.id;
        delete from prosa.embedding_queue q where q.tenant_id = v_tenant_id and q.space_id = v_space.id;
    end if;
    return true;
end
$$;
comment on function prosa.cancel_reembed(uuid) is
'Gives up the space of the current tenant that is being filled: a new one is removed with what it has, one that was active before is retired again. Search is not affected. Returns whether there was one.
p_tenant_id: must be the current tenant.
Errors: 42501 no tenant set or another one.
Example: select prosa.cancel_reembed(prosa.current_tenant_id());';
