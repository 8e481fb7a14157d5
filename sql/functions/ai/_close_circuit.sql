create or replace function prosa._close_circuit(p_tenant_id uuid, p_provider jsonb, p_space_id uuid default null)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    delete from prosa.embedding_circuits c
     where c.key = any (array[prosa._endpoint_key(p_provider), prosa._space_circuit(p_tenant_id, p_space_id)]);
    update prosa.embedding_turns t set held_until = '-infinity', endpoint_state = 'ready', paused_until = null
     where (t.tenant_id, t.priority) in (
           select x.tenant_id, x.priority from prosa.embedding_turns x
            where x.tenant_id = p_tenant_id and x.endpoint_state <> 'ready' for update skip locked);
end
$$;
comment on function prosa._close_circuit(uuid, jsonb, uuid) is
'The endpoint of a claim that was to find out (is_probe) works: everybody may call it again.';
