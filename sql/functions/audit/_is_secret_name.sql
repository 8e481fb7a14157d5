create or replace function prosa._is_secret_name(p_name text)
    returns boolean
    language sql immutable parallel safe security invoker
    return p_name ~* ('passw(or)?d|passphrase|pwd|credential|authorization|cookie|ciphertext|(^|[_-])auth$'
                      '|api[_-]?key|(private|secret|access|master|wrapped|data|signing|encryption)[_-]?key|key[_-]?hash'
                      '|(token|secret)([_-]?(hash|value))?$');
comment on function prosa._is_secret_name(text) is
'Whether what bears this name, a column or a key of a JSON object, is a secret. secret_name is none: it names one.';
