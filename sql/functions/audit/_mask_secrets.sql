create or replace function prosa._mask_secrets(p_value jsonb)
    returns jsonb
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    case jsonb_typeof(p_value)
    when 'object' then
        return coalesce((
            select jsonb_object_agg(e.key, case
                       when jsonb_typeof(e.value) = 'null' then e.value
                       when prosa._is_secret_name(e.key) then '"***"'
                       -- a setting, or a header, that tells in its name what its value is
                       when e.key = 'value' and (prosa._is_secret_name(p_value ->> 'key') or prosa._is_secret_name(p_value ->> 'name')) then '"***"'
                       else prosa._mask_secrets(e.value) end)
              from jsonb_each(p_value) e), '{}');
    when 'array' then
        return coalesce((select jsonb_agg(prosa._mask_secrets(e.value) order by e.ordinality)
                           from jsonb_array_elements(p_value) with ordinality e), '[]');
    when 'string' then
        -- an address that carries its credentials
        return to_jsonb(regexp_replace(regexp_replace(p_value #>> '{}',
            '(://)[^/[:space:]]+@', '\1***@', 'g'),
            '([?&][^=&#[:space:]]*(key|token|secret|password|signature)=)[^&#[:space:]]*', '\1***', 'gi'));
    else
        return p_value;
    end case;
end
$$;
comment on function prosa._mask_secrets(jsonb) is
'A JSON value with *** for its secrets: what stands under a secret''s name (_is_secret_name), and credentials within an address.';
