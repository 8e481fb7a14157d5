-- pg_partman sets the session's search_path, which outlives a SET clause: so this function has none and puts it back.
create or replace function prosa.install()
    returns text
    language plpgsql volatile parallel unsafe security invoker
as $$
declare
    v_search_path constant text := pg_catalog.current_setting('search_path');
    v_result text := prosa._install();
begin
    perform pg_catalog.set_config('search_path', v_search_path, false);
    return v_result;
end
$$;
comment on function prosa.install() is
'Creates the tables of Prosa in this database, or migrates them to the extension''s version; then puts row security and grants in order. Safe to repeat: one transaction, one at a time. For a superuser. The tables are ordinary objects, so pg_dump carries them.
Errors: 42501 not a superuser; 55000 the database was migrated by a different release.
Example: create extension prosa cascade; select prosa.install();';
