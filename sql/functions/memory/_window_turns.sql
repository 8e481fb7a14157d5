create or replace function prosa._window_turns(p_tenant_id uuid)
    returns integer
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return coalesce(
        (select (s.value #>> '{}')::numeric from prosa.tenant_settings s
          where s.tenant_id = p_tenant_id and s.key = 'memory_window_turns'
            and jsonb_typeof(s.value) = 'number' and s.value in ('0', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12')), 5);
end
$$;
comment on function prosa._window_turns(uuid) is 'Turns in a window of a tenant''s automatic memory: its setting memory_window_turns, 2 to 12; 0 where it wants none; else 5.';
