create or replace function prosa._open_circuit(p_key uuid, p_endpoint text, p_reason text, p_retry_after interval)
    returns timestamptz
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_first constant interval := interval '30 seconds';
    c_longest constant interval := interval '15 minutes';
    -- not greatest() alone, which takes null for less
    v_asked constant interval := case when p_retry_after is not null then greatest(p_retry_after, interval '1 second') end;
begin
    -- endpoints that nobody calls any more
    delete from prosa.embedding_circuits c where c.key <> p_key and c.open_until < clock_timestamp() - interval '1 day';
    insert into prosa.embedding_circuits as c (key, endpoint, open_until, pause, reason)
    values (p_key, p_endpoint, clock_timestamp() + least(coalesce(v_asked, c_first), c_longest), least(coalesce(v_asked, c_first), c_longest),
            left(p_reason, 500))
    on conflict on constraint embedding_circuits_pkey do update
       set failures = c.failures + 1,
           open_until = clock_timestamp() + least(coalesce(v_asked, greatest(c.pause * 2, c_first)), c_longest),
           pause = least(coalesce(v_asked, greatest(c.pause * 2, c_first)), c_longest),
           probe_until = null,
           reason = excluded.reason
     -- a call that was under way when it opened says nothing new
     where c.open_until <= clock_timestamp() or v_asked is not null;
    return (select c.open_until from prosa.embedding_circuits c where c.key = p_key);
end
$$;
comment on function prosa._open_circuit(uuid, text, text, interval) is
'Leaves an endpoint alone: for as long as it asks, else for 30 s, twice as long each time, at most 15 minutes. Returns until when.';
