create or replace function prosa._difference(p_row jsonb, p_other jsonb)
    returns jsonb
    language sql immutable parallel safe security invoker
    return (select jsonb_object_agg(e.key, e.value) from jsonb_each(p_row) e where e.value is distinct from p_other -> e.key);
comment on function prosa._difference(jsonb, jsonb) is
'Of a JSON object only what the other has not, or has otherwise; all of it when the other is null.';
