create or replace function prosa._check_page(p_limit integer, p_most integer, p_created_at timestamptz, p_id uuid)
    returns void
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if p_limit is null or p_limit not between 1 and p_most then
        raise exception using errcode = 'invalid_parameter_value', message = format('p_limit must be between 1 and %s', p_most);
    elsif (p_created_at is null) <> (p_id is null) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'half a cursor',
            hint = 'before_created_at and before_id go together: those of the last message of the page before.';
    end if;
end
$$;
comment on function prosa._check_page(integer, integer, timestamptz, uuid) is 'Refuses a page without a valid limit, or after half a key.';
