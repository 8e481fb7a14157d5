create or replace function prosa._current_key_id(p_tenant_id uuid)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_key_id text;
begin
    for v_attempt in 1..2 loop
        select d.key_id into v_key_id from prosa.data_keys d where d.tenant_id = p_tenant_id and d.retired_at is null;
        exit when found or v_attempt = 2;
        perform prosa._new_data_key(p_tenant_id);
    end loop;
    return v_key_id;
end
$$;
comment on function prosa._current_key_id(uuid) is 'The id of the data key that encrypts for a tenant; the first use makes the key.';
