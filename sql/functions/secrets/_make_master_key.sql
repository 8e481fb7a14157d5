-- A program, because COPY would give the file mode 0644. The key goes to its standard input: it is in no statement.
create or replace function prosa._make_master_key(p_directory text)
    returns text
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_id constant text := encode(@extschema:pgcrypto@.gen_random_bytes(4), 'hex');
begin
    if p_directory !~ '^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$' then
        raise exception using errcode = 'invalid_parameter_value', message = 'that is not a key directory';
    end if;
    execute format('copy (select encode(@extschema:pgcrypto@.gen_random_bytes(32), ''base64'')) to program %L',
                   format('umask 077 && set -C && cat > %s/master-%s.key', p_directory, v_id));
    return v_id;
end
$$;
comment on function prosa._make_master_key(text) is 'Writes a new master key, mode 0600, and returns its id. For superusers.';
