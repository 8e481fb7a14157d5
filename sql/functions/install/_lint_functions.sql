create or replace function prosa._lint_functions(p_schema oid)
    returns table (rule text, object text, detail text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
with routine as materialized (
    select r.*, not r.is_bound and r.language not in ('c', 'internal', 'java') as looks_up_names,
           -- string literals and comments may name commands
           regexp_replace(lower(r.source), '''[^'']*''|--[^\n]*', '', 'g') as code,
           -- prosa_owner itself is a matter of the roles
           r.is_definer and (o.rolsuper or o.rolbypassrls) and o.rolname <> 'prosa_owner' as bypasses_row_security
      from prosa._lint_routines(p_schema) r join pg_roles o on o.oid = r.owner
)
select 'function_search_path_mutable', r.identity, 'looks names up in its caller''s search_path'
  from routine r
 where r.looks_up_names and not r.is_definer and r.search_path is null
   -- a SET clause forbids COMMIT, and would undo a search_path that the function sets for its caller
   and r.code !~ '\mcommit\s*;' and strpos(r.source, 'set_config(''search_path''') = 0
union all
-- unless pg_temp is named, and last, a temporary table of the caller is found before ours
select 'definer_search_path', r.identity, coalesce('its search_path is ' || r.search_path, 'looks names up in its caller''s search_path')
  from routine r
 where r.looks_up_names and r.is_definer and coalesce(r.search_path !~ ', *pg_temp$' or r.search_path ~ '\$user', true)
union all
select 'definer_bypasses_row_security', r.identity, format('runs as %s, whom no policy binds', pg_get_userbyid(r.owner))
  from routine r
 where r.bypasses_row_security
union all
-- PL/Java's belong to the superuser who declares them; they run as their caller
select 'not_owned_by_prosa_owner', x.identity, 'belongs to ' || pg_get_userbyid(x.owner)
  from (select r.identity, r.owner from routine r where not r.bypasses_row_security and r.language <> 'java'
        union all select l.identity, l.owner from prosa._lint_relations(p_schema) l) x
 where p_schema = 'prosa'::regnamespace and x.owner <> to_regrole('prosa_owner')
   -- which may read the server's files, so that prosa_owner need not
   and not (x.owner = to_regrole('prosa_keyring') and x.identity = 'prosa._read_key(text, text)')
union all
select 'leakproof_function', r.identity, 'is run on rows that row security has not looked at yet'
  from routine r
 where r.is_leakproof
union all
select 'trigger_function_invoker', r.identity, 'writes with the rights of whoever fires it'
  from routine r
 where r.is_trigger and not r.is_definer
   and r.code ~ '\m(insert\s+into|delete\s+from|merge\s+into|truncate)\M|\mupdate\s+(only\s+)?[\w.]+\s+((as\s+)?\w+\s+)?set\M'
$$;
comment on function prosa._lint_functions(oid) is 'lint(): functions and procedures, and who owns what.';
