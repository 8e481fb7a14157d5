create or replace function prosa._check_base_url(base_url text)
    returns void
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if base_url ~* '^http:' and prosa._listed_hosts(base_url) = '[]'
       and coalesce((prosa._endpoint_host(base_url)).host not in ('127.0.0.1', '[::1]', 'localhost'), true) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'http:// is for this machine (127.0.0.1, [::1], localhost) and for listed hosts',
            hint = 'Use https://, or list the host with prosa.set_config_value(''egress_allowed_hosts'', ''["host:port"]'').';
    end if;
end
$$;
comment on function prosa._check_base_url(text) is
'Refuses what the HTTP client would refuse at every call: http:// to a host that is neither this machine nor listed. Null is no address.
Errors: 22023.';
