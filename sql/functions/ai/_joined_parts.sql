create or replace function prosa._joined_parts(p_parts jsonb)
    returns jsonb
    language sql immutable parallel safe strict security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select jsonb_agg(i.value - 'content') from jsonb_array_elements(p_parts) p cross join jsonb_array_elements(p.value) i
$$;
comment on function prosa._joined_parts(jsonb) is 'The items of all parts of a claim, without their texts.';
