create or replace function prosa._require_superuser(p_function text)
    returns void
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = format('prosa.%s must be run by a superuser', p_function),
            hint = 'It reads and names files of the server.';
    end if;
end
$$;
comment on function prosa._require_superuser(text) is '42501 when the caller is no superuser.';
