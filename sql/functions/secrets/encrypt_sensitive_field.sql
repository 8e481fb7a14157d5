create or replace function prosa.encrypt_sensitive_field(plaintext text, field text default '')
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if plaintext is null then
        return null;
    end if;
    return prosa._encrypt(prosa._require_tenant(), 'field ' || coalesce(field, ''), plaintext);
end
$$;
comment on function prosa.encrypt_sensitive_field(text, text) is
'Encrypts a value of the current tenant, such as a CPF, to be kept in a table of your own; null gives null. The same value gives another ciphertext each time.
field: what the value is, such as customers.cpf; decryption must name the same, so a ciphertext moved to another column does not decrypt. Send the value as a bound parameter: what stands in a statement''s text may be logged.
Errors: 42501 no tenant set; 55000 no key directory is configured; 58P01 the master key''s file is missing.
Example: select prosa.encrypt_sensitive_field(''390.533.447-05'', ''customers.cpf'');';
