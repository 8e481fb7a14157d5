create or replace function prosa._conninfo_value(p_value text)
    returns text
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return '''' || replace(replace(btrim(p_value), '\', '\\'), '''', '\''') || '''';
end
$$;
comment on function prosa._conninfo_value(text) is 'A value quoted for a libpq connection string.';
