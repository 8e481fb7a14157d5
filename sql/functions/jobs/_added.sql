create or replace function prosa._added(p_report jsonb, p_key text, p_count bigint)
    returns jsonb
    language sql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select p_report || jsonb_build_object(p_key, coalesce((p_report ->> p_key)::bigint, 0) + p_count)
$$;
comment on function prosa._added(jsonb, text, bigint) is 'A report with a count added to one of its keys.';
