create or replace function prosa.decrypt_sensitive_field(ciphertext text, field text default '')
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if ciphertext is null then
        return null;
    end if;
    return prosa._decrypt(prosa._require_tenant(), 'field ' || coalesce(field, ''), ciphertext);
end
$$;
comment on function prosa.decrypt_sensitive_field(text, text) is
'The value that encrypt_sensitive_field() was given; null gives null. It decrypts values of the current tenant and the same field only, whichever of the tenant''s keys encrypted them.
Errors: 22000 for everything that cannot be decrypted, with one message for every reason; 42501 no tenant set; 55000 no key directory is configured; 58P01 the master key''s file is missing.
Example: select prosa.decrypt_sensitive_field(cpf, ''customers.cpf'') from customers;';
