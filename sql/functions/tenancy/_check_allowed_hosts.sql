create or replace function prosa._check_allowed_hosts(value jsonb)
    returns void
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if jsonb_typeof(value) is distinct from 'array' or exists (
        select from jsonb_array_elements(value) e
         where jsonb_typeof(e) <> 'string'
            -- a name, four decimal numbers or IPv6 in brackets; then a port
            or (e #>> '{}') !~* '^(([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?|((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)|\[[0-9a-f:.]{2,45}\])(:[1-9]\d{0,4})?$'
            or coalesce(substring(e #>> '{}', ':(\d+)$')::integer, 1) > 65535) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'egress_allowed_hosts must be a JSON array of "host" or "host:port"',
            hint = 'Without scheme, path and wildcards; IPv6 in brackets: ["gpu.internal", "10.0.0.7:8000", "[fd00::7]:8000"].';
    end if;
end
$$;
comment on function prosa._check_allowed_hosts(jsonb) is
'Refuses a value of egress_allowed_hosts that the HTTP client could not read.
Errors: 22023.';
