create or replace function prosa._key_hash(p_api_key text)
    returns bytea
    language sql stable parallel safe security invoker
    return sha256(convert_to(substr(p_api_key, 40), 'UTF8'));
comment on function prosa._key_hash(text) is
'What api_keys.key_hash holds of a key: SHA-256 of what follows the tenant. Assign it to a variable before it is asked for: a statement shows what it is given to auto_explain.';
