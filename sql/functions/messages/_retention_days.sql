create or replace function prosa._retention_days(p_setting jsonb, p_plan_days integer)
    returns integer
    language sql immutable parallel safe security invoker
    return case when jsonb_typeof(p_setting) = 'number' and (p_setting #>> '{}')::numeric between 1 and 36500
                then floor((p_setting #>> '{}')::numeric)::integer else p_plan_days end;
comment on function prosa._retention_days(jsonb, integer) is 'Days that a tenant''s messages are kept: its setting retention_days, else its plan''s.';
