create or replace function prosa._rewrap_data_keys(p_directory text, p_master_key_id text)
    returns integer
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_new constant text := prosa._read_key(p_directory, format('master-%s.key', p_master_key_id));
    v_key prosa.data_keys;
    v_wrapped_key bytea;
    v_count integer := 0;
begin
    for v_key in select d.* from prosa.data_keys d order by d.tenant_id, d.key_id for update loop
        v_wrapped_key := prosa._wrap_key(
            @extschema:pgcrypto@.pgp_sym_decrypt(v_key.wrapped_key, prosa._read_key(p_directory, format('master-%s.key', v_key.master_key_id))), v_new);
        update prosa.data_keys d set wrapped_key = v_wrapped_key, master_key_id = p_master_key_id
         where d.tenant_id = v_key.tenant_id and d.key_id = v_key.key_id;
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;
comment on function prosa._rewrap_data_keys(text, text) is 'Wraps every data key with another master key and returns how many they were. For superusers.';
