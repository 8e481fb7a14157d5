create or replace function prosa.rotate_master_key()
    returns text
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_directory constant text := prosa._key_directory();
    v_store prosa.key_store;
    v_new text;
    v_count integer;
begin
    perform prosa._require_superuser('rotate_master_key()');
    if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'rotate_master_key() must see every committed data key',
            hint = 'Run it in a transaction of isolation level READ COMMITTED.';
    end if;
    select k.* into v_store from prosa.key_store k for update;
    select m.master_key_id into v_new from prosa._master_keys(v_directory) m
     where m.master_key_id <> all (v_store.former_master_key_ids || v_store.master_key_id) order by m.created_at desc limit 1;
    if v_new is null then
        v_new := prosa._make_master_key(v_directory);
    end if;
    v_count := prosa._rewrap_data_keys(v_directory, v_new);
    update prosa.key_store k
       set master_key_id = v_new, former_master_key_ids = k.former_master_key_ids || k.master_key_id;
    return format('%s data keys are wrapped by master key %s now; once this is committed and older transactions have ended, %s/master-%s.key '
                  'can be removed (backups from before need it still, and so may other databases)', v_count, v_new, v_directory, v_store.master_key_id);
end
$$;
comment on function prosa.rotate_master_key() is
'Replaces the master key and wraps the data keys of all tenants with the new one, in one transaction; readers go on meanwhile. It takes up a key that "prosa keys add" has put into the directory, else makes one. The result names the file that can be removed then. For a superuser.
Errors: 42501 not a superuser; 55000 no key directory is configured, or the transaction is REPEATABLE READ; 58P01 the master key''s file is missing; 38000 the server cannot write to the key directory: use "prosa keys add DIR"; 39000 a data key does not unwrap (nothing is changed then).
Example: select prosa.rotate_master_key();';
