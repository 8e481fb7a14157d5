create or replace function prosa._endpoint_host(base_url text, out host text, out host_port text)
    language sql immutable parallel safe strict security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select a.host, a.host || ':' || coalesce(nullif(a.port, ''), case lower(a.scheme) when 'https' then '443' else '80' end)
      from (select m[1] as scheme, lower(m[2]) as host, m[3] as port
              from regexp_match(base_url, '^(https?)://(\[[^]/?#]*\]|[^/?#:]*)(?::([0-9]*))?(?:[/?#]|$)', 'i') m) a
$$;
comment on function prosa._endpoint_host(text) is
'The host of an address as egress_allowed_hosts may name it: alone, and with the port (the scheme''s own where none is given). Null where the address has no such form.';
