create or replace function prosa._slug(p_name text)
    returns text
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return coalesce(nullif(btrim(left(regexp_replace(lower(prosa._fold(p_name)), '[^a-z0-9]+', '-', 'g'), 40), '-'), ''), 'tenant');
end
$$;
comment on function prosa._slug(text) is 'A name as a slug: accents folded, everything but letters and digits a hyphen, 40 characters at most.';
