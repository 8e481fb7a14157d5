create or replace function prosa._redact_payload(p_payload jsonb)
    returns jsonb
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_secrets constant text := 'apikey|api_key|x-api-key|token|access_token|authorization|proxy-authorization|cookie|password|secret';
    c_media constant text := 'base64|jpegthumbnail';
    c_longest constant integer := 10000;
begin
    if jsonb_typeof(p_payload) = 'string' then
        return case when length(p_payload #>> '{}') > c_longest
                    then to_jsonb(format('[%s characters]', length(p_payload #>> '{}'))) else p_payload end;
    -- most branches have nothing to take out: seen at once, not element by element
    elsif p_payload::text !~* format('"(%s|%s)":', c_secrets, c_media)
          and not exists (select from jsonb_path_query(p_payload, 'strict $.** ? (@.type() == "string")') s
                           where length(s #>> '{}') > c_longest) then
        return p_payload;
    elsif jsonb_typeof(p_payload) = 'array' then
        return (select jsonb_agg(prosa._redact_payload(e.value) order by e.ordinality)
                  from jsonb_array_elements(p_payload) with ordinality e);
    end if;
    return (
        select jsonb_object_agg(e.key, case
                   when jsonb_typeof(e.value) = 'null' then e.value
                   when e.key ~* format('^(%s)$', c_secrets) then '"[redacted]"'
                   when e.key ~* format('^(%s)$', c_media) then to_jsonb(format('[%s characters]', length(e.value #>> '{}')))
                   else prosa._redact_payload(e.value) end)
          from jsonb_each(p_payload) e);
end
$$;
comment on function prosa._redact_payload(jsonb) is
'A payload or headers without credentials, inline media and strings over 10,000 characters.';
