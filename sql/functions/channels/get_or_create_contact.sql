create or replace function prosa.get_or_create_contact(phone text, name text default null)
    returns uuid
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._get_or_create_contact(
        v_tenant_id,
        jsonb_build_array(jsonb_build_object('kind', 'phone', 'value', prosa._phone(get_or_create_contact.phone))),
        get_or_create_contact.name);
end
$$;
comment on function prosa.get_or_create_contact(text, text) is
'The current tenant''s contact with that phone number, created when there is none. Safe under concurrency.
phone: international form, 8 to 15 digits; spaces, hyphens, dots, parentheses and a leading + are taken out. name: kept for a new contact, or for one that has no name yet.
Errors: 42501 no tenant set; 22023 not a phone number.
Example: select prosa.get_or_create_contact(''+55 11 91234-5678'', ''Ana'');';
