create or replace function prosa.set_key_directory(directory text)
    returns text
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    set client_min_messages = warning
as $$
declare
    v_ids text[];
    v_current text;
    v_missing text;
begin
    perform prosa._require_superuser('set_key_directory()');
    if set_key_directory.directory is null or set_key_directory.directory !~ '^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a key directory is an absolute path of letters, digits, "_", "-" and "."';
    end if;
    v_ids := array(select m.master_key_id from prosa._master_keys(set_key_directory.directory) m);
    if v_ids = '{}' then
        raise exception using
            errcode = 'undefined_file',
            message = format('there is no master key in %s', set_key_directory.directory),
            hint = 'Make one with "prosa keys init DIR", as the user that the server runs as.';
    end if;

    -- the only privileges of prosa_keyring, and nobody is given them before this
    grant pg_read_server_files to prosa_keyring;
    grant execute on function pg_catalog.pg_read_file(text) to prosa_keyring;

    -- the one in use, if it is here; of several that never were, the newest
    select k.master_key_id into v_current from prosa.key_store k where k.master_key_id = any (v_ids) for update;
    v_current := coalesce(v_current, v_ids[1]);
    perform prosa._read_key(set_key_directory.directory, format('master-%s.key', v_current));
    perform prosa._check_seal(set_key_directory.directory);
    select string_agg(distinct format('master-%s.key', d.master_key_id), ', ') into v_missing
      from prosa.data_keys d where d.master_key_id <> all (v_ids);
    if v_missing is not null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('the directory lacks %s, which data keys of this database are wrapped by', v_missing),
            hint = 'Restore the file from the backup of the key directory. What it wraps cannot be read without it.';
    end if;

    insert into prosa.key_store as k (directory, master_key_id, former_master_key_ids)
    values (set_key_directory.directory, v_current, array_remove(v_ids, v_current))
    on conflict on constraint key_store_pkey do update
        set directory = excluded.directory, master_key_id = excluded.master_key_id,
            former_master_key_ids = case when k.master_key_id = excluded.master_key_id then k.former_master_key_ids
                                         else excluded.former_master_key_ids end;
    return format('keys are read from %s; the master key is %s', set_key_directory.directory, v_current);
exception when undefined_file or insufficient_privilege then
    raise exception using
        errcode = sqlstate,
        message = sqlerrm,
        hint = 'The directory and its files belong to the user that the server runs as: "prosa keys init DIR" makes them so.';
end
$$;
comment on function prosa.set_key_directory(directory text) is
'Names the directory of the server that holds the keys, and checks them: master-KEYID.key, seal.sec.asc and seal.pub.asc, as "prosa keys init" makes them. The master key in use stays in use; where none is, the newest is taken. For a superuser; also after a restore or when the directory has moved.
Errors: 42501 not a superuser, or a file that the server may not read; 22023 bad path; 58P01 a file is missing; 55000 a file holds no key, the pair does not fit, or a master key that is in use is not there.
Example: select prosa.set_key_directory(''/etc/prosa/keys'');';
