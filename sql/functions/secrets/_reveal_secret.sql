create or replace function prosa._reveal_secret(p_tenant_id uuid, p_name text)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_ciphertext text;
begin
    select s.ciphertext into v_ciphertext from prosa.secrets s where s.tenant_id = p_tenant_id and s.name = p_name;
    if not found then
        raise exception using errcode = 'no_data_found', message = 'that tenant has no such secret';
    end if;
    return prosa._decrypt(p_tenant_id, 'secret ' || p_name, v_ciphertext);
end
$$;
comment on function prosa._reveal_secret(uuid, text) is
'A secret in clear, for what calls an endpoint with it: the worker, the gateway''s second pool and the Java routines. P0002 when there is none.';
