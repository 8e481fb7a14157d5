create or replace function prosa._caller()
    returns name
    language sql stable parallel safe security invoker
    return coalesce(nullif(current_setting('role'), 'none'), session_user)::name;
comment on function prosa._caller() is
'The role that calls, also within a definer function, where current_user is the owner: what SET ROLE chose, else the login.';
