create or replace function prosa._evolution_time(p_timestamp jsonb)
    returns timestamptz
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- a number, a string, or protobuf's {low, high, unsigned}
    v_text text := case jsonb_typeof(p_timestamp) when 'object' then p_timestamp ->> 'low' else p_timestamp #>> '{}' end;
    v_seconds numeric;
begin
    if v_text is null or v_text !~ '^[0-9]{1,17}([.][0-9]+)?$' then
        return null;
    end if;
    v_seconds := v_text::numeric;
    if v_seconds >= 100000000000 then
        v_seconds := v_seconds / 1000;
    end if;
    -- a clock that runs ahead must not put a message into a month to come
    return case when v_seconds between 1 and extract(epoch from now()) + 86400 then to_timestamp(v_seconds::double precision) end;
end
$$;
comment on function prosa._evolution_time(jsonb) is
'A message''s time in seconds or milliseconds, as number or string; null when it is none, or more than a day ahead.';
