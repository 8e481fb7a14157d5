create or replace function prosa._listed_hosts(base_url text)
    returns jsonb
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select coalesce(jsonb_agg(h.name order by h.name), '[]')
      from prosa._endpoint_host(base_url) e
      join prosa.system_config c on c.key = 'egress_allowed_hosts'
     cross join lateral jsonb_array_elements_text(c.value) h (name)
     where lower(h.name) in (e.host, e.host_port)
$$;
comment on function prosa._listed_hosts(text) is
'The entries of egress_allowed_hosts that name the host of an address, as a JSON array. The others are nobody''s business who reads this endpoint''s configuration.';
