-- The names are spelled in two parts so that PostgreSQL 16 and later, which substitute them in extension scripts
-- themselves, leave this function alone.
create or replace function prosa._resolve_extschema(body text)
    returns text
    language sql stable parallel safe strict security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select replace(replace(replace(body,
               '@' || 'extschema:vector@', max(quote_ident(n.nspname)) filter (where e.extname = 'vector')),
               '@' || 'extschema:pgcrypto@', max(quote_ident(n.nspname)) filter (where e.extname = 'pgcrypto')),
               '@' || 'extschema:pg_partman@', max(quote_ident(n.nspname)) filter (where e.extname = 'pg_partman'))
      from pg_catalog.pg_extension e
      join pg_catalog.pg_namespace n on n.oid = e.extnamespace
$$;
comment on function prosa._resolve_extschema(text) is
'Replaces @extschema:NAME@ of vector, pgcrypto and pg_partman by the schema that holds the extension.';
