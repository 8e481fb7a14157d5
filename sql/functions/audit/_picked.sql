create or replace function prosa._picked(p_row jsonb, p_names text[])
    returns jsonb
    language sql immutable parallel safe security invoker
    return (select jsonb_object_agg(e.key, e.value) from jsonb_each(p_row) e where e.key = any (p_names));
comment on function prosa._picked(jsonb, text[]) is 'Of a JSON object only these keys; null when there are none.';
