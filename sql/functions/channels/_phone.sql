create or replace function prosa._phone(p_phone text)
    returns text
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_digits text := regexp_replace(coalesce(p_phone, ''), '^\s*\+|[\s().-]', '', 'g');
begin
    if v_digits !~ '^[0-9]{8,15}$' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'the phone number must have 8 to 15 digits',
            hint = 'Write it in international form, for example +55 11 91234-5678.';
    end if;
    return v_digits;
end
$$;
comment on function prosa._phone(text) is 'A phone number as its digits; 22023 when it is not one.';
