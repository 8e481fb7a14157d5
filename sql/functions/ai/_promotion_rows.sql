create or replace function prosa._promotion_rows(p_setting jsonb, p_dimensions integer)
    returns bigint
    language sql immutable parallel safe security invoker
    -- A row of the exact search costs a third of a microsecond, and as much again for every 384 dimensions. Out of line, which
    -- is where vectors of more than 2,000 dimensions are, it costs three times as much.
    return greatest(1, (case when jsonb_typeof(p_setting) = 'number' and (p_setting #>> '{}')::numeric between 1 and 1000000000
                             then (p_setting #>> '{}')::numeric else 20000 end
                        * 2 / ((1 + p_dimensions / 384.0) * case when p_dimensions > 2000 then 3 else 1 end))::bigint);
comment on function prosa._promotion_rows(jsonb, integer) is
'From how many vectors on a space is searched with an index: as many as cost what the setting embedding_promotion_rows (20,000 if it is none) costs at 384 dimensions.';
