create or replace function prosa._promotion_rows(p_setting jsonb, p_dimensions integer)
    returns bigint
    language sql immutable parallel safe security invoker
    -- Measured, cached, one core: a row costs 0.3 us at 384 dimensions, 0.7 at 768 and 1.2 at 1,536; out of line, which is where
    -- vectors of more than 2,000 dimensions are, 6 at 3,072.
    return greatest(1, (case when jsonb_typeof(p_setting) = 'number' and (p_setting #>> '{}')::numeric between 1 and 1000000000
                             then (p_setting #>> '{}')::numeric else 20000 end
                        * 2 / ((1 + p_dimensions / 384.0) * case when p_dimensions > 2000 then 3 else 1 end))::bigint);
comment on function prosa._promotion_rows(jsonb, integer) is
'From how many vectors on a space is searched with an index: as many as cost what the setting embedding_promotion_rows (20,000 if it is none) costs at 384 dimensions.';
