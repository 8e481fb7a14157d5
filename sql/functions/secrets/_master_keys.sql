create or replace function prosa._master_keys(p_directory text)
    returns table (master_key_id text, created_at timestamptz)
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return query
    select substr(f.name, 8, 8), (pg_stat_file(p_directory || '/' || f.name, true)).modification
      from pg_ls_dir(p_directory) f (name)
     where f.name ~ '^master-[0-9a-f]{8}\.key$'
     order by 2 desc, 1;
end
$$;
comment on function prosa._master_keys(text) is 'The master keys of a directory, the newest first. For superusers.';
