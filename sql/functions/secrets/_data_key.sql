-- Here and wherever a key or a plaintext is at hand, values move by assignment only: what is a parameter of a statement,
-- auto_explain can write to the log.
create or replace function prosa._data_key(p_tenant_id uuid, p_key_id text)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_directory constant text := prosa._key_directory();
    v_wrapped_key bytea;
    v_master_key_id text;
    v_master_key text;
begin
    for v_attempt in 1..3 loop
        select d.wrapped_key, d.master_key_id into v_wrapped_key, v_master_key_id
          from prosa.data_keys d where d.tenant_id = p_tenant_id and d.key_id = p_key_id;
        if not found then
            return null;
        end if;
        begin
            v_master_key := prosa._read_key(v_directory, format('master-%s.key', v_master_key_id));
            exit;
        exception when undefined_file then
            -- rotated since the row was read, and the former file removed: the row names another one now
            if v_attempt = 3 then
                raise exception using
                    errcode = 'undefined_file',
                    message = format('the master key %s is not in the server''s key directory', v_master_key_id),
                    hint = format('Restore master-%s.key from the backup of the key directory.', v_master_key_id);
            end if;
        end;
    end loop;
    return @extschema:pgcrypto@.pgp_sym_decrypt(v_wrapped_key, v_master_key);
exception when external_routine_invocation_exception then
    return null;
end
$$;
comment on function prosa._data_key(uuid, text) is
'A tenant''s data key, unwrapped; null when there is none of that id or the master key does not fit. 58P01 when the master key''s file is gone.';
