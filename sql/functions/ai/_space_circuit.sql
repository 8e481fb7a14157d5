create or replace function prosa._space_circuit(p_tenant_id uuid, p_space_id uuid)
    returns uuid
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return md5(format('%s/%s', p_tenant_id, p_space_id))::uuid;
end
$$;
comment on function prosa._space_circuit(uuid, uuid) is
'The circuit of a tenant''s space, open while the database refuses the vectors that its endpoint gives.';
