create or replace function prosa._redact_payload(p_payload jsonb)
    returns jsonb
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_secrets constant text[] := array['apikey', 'api_key', 'x-api-key', 'token', 'access_token', 'authorization',
                                       'proxy-authorization', 'cookie', 'password', 'secret'];
    c_media constant text[] := array['base64', 'jpegthumbnail'];
begin
    return case jsonb_typeof(p_payload)
        when 'object' then coalesce((
            select jsonb_object_agg(e.key, case
                       when lower(e.key) = any (c_secrets) then
                           case jsonb_typeof(e.value) when 'null' then e.value else to_jsonb('[redacted]'::text) end
                       when jsonb_typeof(e.value) = 'string' then
                           case when length(e.value #>> '{}') > 10000 or lower(e.key) = any (c_media)
                                then to_jsonb(format('[%s characters]', length(e.value #>> '{}'))) else e.value end
                       else prosa._redact_payload(e.value) end)
              from jsonb_each(p_payload) e), '{}')
        when 'array' then coalesce((
            select jsonb_agg(prosa._redact_payload(e.value) order by e.ordinality)
              from jsonb_array_elements(p_payload) with ordinality e), '[]')
        else p_payload
    end;
end
$$;
comment on function prosa._redact_payload(jsonb) is
'A payload or headers without credentials, inline media and strings over 10,000 characters.';
