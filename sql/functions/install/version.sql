create or replace function prosa.version()
    returns text
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return (select e.extversion from pg_extension e where e.extname = 'prosa');
end
$$;
comment on function prosa.version() is
'The version of the extension.
Example: select prosa.version();';
