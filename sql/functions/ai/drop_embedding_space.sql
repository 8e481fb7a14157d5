create or replace function prosa.drop_embedding_space(p_tenant_id uuid, space_id uuid)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant(p_tenant_id);
    v_status text;
begin
    perform prosa._lock_spaces(v_tenant_id);
    v_status := (select s.status from prosa.embedding_spaces s where s.tenant_id = v_tenant_id and s.id = drop_embedding_space.space_id);
    if v_status is null then
        raise exception using errcode = 'no_data_found', message = 'the tenant has no such embedding space';
    elsif v_status <> 'retired' then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the space is %s', case v_status when 'active' then 'the one that is searched' else 'being filled' end),
            hint = case v_status when 'active' then 'Replace it first, with prosa.reembed() or prosa.activate_embedding_space().'
                                 else 'Give it up with prosa.cancel_reembed().' end;
    end if;
    return prosa._drop_space(v_tenant_id, drop_embedding_space.space_id);
end
$$;
comment on function prosa.drop_embedding_space(uuid, uuid) is
'Removes a retired embedding space of the current tenant with its vectors, and returns how many there were.
p_tenant_id: must be the current tenant. space_id: of embedding_spaces.
Errors: 42501 no tenant set or another one; P0002 no such space; 55000 it is active or being filled.
Example: select prosa.drop_embedding_space(s.tenant_id, s.id) from prosa.embedding_spaces s where s.status = ''retired'';';
