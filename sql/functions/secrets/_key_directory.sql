create or replace function prosa._key_directory()
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_directory text := (select k.directory from prosa.key_store k);
begin
    if v_directory is null then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = 'no key directory is configured',
            hint = 'Make one on the server with "prosa keys init DIR" and name it with SELECT prosa.set_key_directory(''DIR''); install.sh does both.';
    end if;
    return v_directory;
end
$$;
comment on function prosa._key_directory() is 'Where the server''s keys are; 55000 when nobody has said.';
