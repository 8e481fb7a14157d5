-- Every function states what it is: search_path, volatility, parallel safety. What lint() looks for, as owner and security, is in 07-lint.sql.
begin;
\ir lib/personas.sql
select plan(21);

create temporary view routine as
select p.oid, p.proname::text collate "default" as name, p.oid::regprocedure::text collate "default" as signature, p.prokind,
       p.prosecdef, p.provolatile, p.proparallel, p.proconfig, p.prosrc, p.prosqlbody is not null as is_bound, l.lanname::text collate "default" as language
  from pg_proc p join pg_language l on l.oid = p.prolang
 where p.pronamespace = 'prosa'::regnamespace;

-- no pinned search_path, each with its reason; a body in standard SQL needs none, its names were bound when it was created
create temporary table without_search_path (name text, reason text);
insert into without_search_path values
    ('process_embedding_queue', 'it commits, which a routine with a SET clause cannot'),
    ('commit_message', 'it commits, which a routine with a SET clause cannot'),
    ('process_memory_windows', 'it commits, which a routine with a SET clause cannot'),
    ('settle_messages', 'it commits, which a routine with a SET clause cannot'),
    ('enforce_retention', 'it commits, which a routine with a SET clause cannot'),
    ('place_embeddings', 'it commits, which a routine with a SET clause cannot'),
    ('reindex_embeddings', 'it commits, which a routine with a SET clause cannot'),
    ('maintain', 'it commits, which a routine with a SET clause cannot'),
    ('import_messages', 'it commits, which a routine with a SET clause cannot'),
    ('install', 'it restores the search_path that pg_partman changes, which a SET clause would hide from it'),
    ('run_maintenance', 'it restores the search_path that pg_partman changes, which a SET clause would hide from it');

create temporary view not_pinned as
select r.signature from routine r
 where not coalesce('search_path=pg_catalog, prosa, pg_temp' = any (r.proconfig), false)
   and not r.is_bound         -- the names in a standard-SQL body were looked up when it was created
   and r.language <> 'java'   -- PL/Java keeps its own classpath and reads no table here
   and r.name not in (select w.name from without_search_path w);

-- what writes, locks or calls out is volatile (a STABLE function would be refused or, worse, be optimised away)
create temporary view not_volatile as
select r.signature from routine r
 where r.provolatile <> 'v' and r.language in ('plpgsql', 'sql') and r.name <> '_schema_files'   -- it holds the migrations as data
   -- string literals may name commands
   and regexp_replace(lower(r.prosrc), '''[^'']*''|--[^\n]*', '', 'g')
       ~ '\m(insert\s+into|update\s+prosa\.|delete\s+from|truncate|alter\s+table|create\s+table|drop\s+table|for\s+(no\s+key\s+)?update|set_config|pg_advisory_xact_lock|execute\s+format\(.set)\M';

-- a volatile function is no function for a parallel worker
create temporary view parallel_writer as
select r.signature from routine r
 where r.provolatile = 'v' and r.proparallel <> 'u' and r.name not in ('_uuid_v7');   -- it only draws random bits

-- an exception block is a subtransaction, which a parallel worker cannot begin
create temporary view parallel_subtransaction as
select r.signature from routine r where r.proparallel <> 'u' and r.prosrc ~ '\mexception\s+when\M';

-- reads a table or a setting, so it cannot be immutable
create temporary view falsely_immutable as
select r.signature from routine r
 where r.provolatile = 'i' and r.name <> '_schema_files'
   and regexp_replace(lower(r.prosrc), '''[^'']*''|--[^\n]*', '', 'g') ~ '\m(from|join)\s+(prosa|pg_catalog|pg_class|pg_proc|pg_extension)\M|\mcurrent_setting\(|\mnow\(|\mclock_timestamp\(';

select cmp_ok((select count(*) from routine), '>=', 70::bigint, 'there are functions to look at');
select is_empty('select * from not_pinned', 'every function pins its search_path');
select is_empty('select name from without_search_path except select name from routine where proconfig is null',
                'and the exceptions are exceptions still');
select ok((select is_bound and proconfig is null from routine where name = 'current_tenant_id'), 'current_tenant_id() is bound instead, so that it is inlined into the policies');
select is((select count(*)::integer from routine where (is_bound or name in (select name from without_search_path)) and prosecdef), 0,
          'no function without a pinned search_path is SECURITY DEFINER');
select is_empty('select * from not_volatile', 'what writes is volatile');
select is_empty('select * from parallel_writer', 'what is volatile is not run in parallel');
select is_empty('select * from parallel_subtransaction', 'what catches exceptions is not run in parallel');
select is_empty('select * from falsely_immutable', 'what reads tables, settings or the clock is not immutable');
select is_empty('select signature from routine where language not in (''plpgsql'', ''sql'', ''java'')', 'no other language is used');
-- an inner writer is guarded: it asks whether its tenant is the current one
select is_empty($$
    select r.signature from routine r join pg_proc p on p.oid = r.oid
     where r.prosecdef and r.name like '\_%' and p.proargnames[1] = 'p_tenant_id' and has_function_privilege('prosa_app', r.oid, 'execute')
       and r.prosrc !~ 'perform prosa\._require_tenant\(p_tenant_id\)|coalesce\(p_tenant_id, v_tenant_id\) = v_tenant_id'
    $$, 'every inner function that an application may call checks its tenant');
-- and what an application calls without naming a tenant takes the current one, and only that
select is_empty($$
    select r.signature from routine r
     where r.prosecdef and has_function_privilege('prosa_app', r.oid, 'execute') and r.name not like '\_%'
       and r.prosrc !~ '_require_tenant\(|current_tenant_id\(\)'
       and r.name not in ('authenticate', 'version', 'public_key')   -- the first finds the tenant, the others have none
       and r.prosrc !~ 'prosa\.embed\('                 -- a short form of a function that does
    $$, 'every definer function that an application may call works for the current tenant');

-- the body of an SQL function is parsed only when somebody asks, and an extension script does not
create function pg_temp.broken_sql_functions() returns setof text language plpgsql as $$
declare
    v_function record;
begin
    for v_function in select r.oid, r.signature from routine r where r.language = 'sql' and r.prokind = 'f' loop
        begin
            execute pg_get_functiondef(v_function.oid);
        exception when others then
            return next v_function.signature || ': ' || sqlerrm;
        end;
    end loop;
end
$$;
select is_empty('select pg_temp.broken_sql_functions()', 'every SQL function has a body that PostgreSQL accepts');

-- the schema shows no enum, whose operators are of no use to an index under row security
select is_empty($$ select t.typname from pg_type t where t.typnamespace = 'prosa'::regnamespace and t.typtype = 'e' $$, 'there is no enum type');

-- each rule trips
create function prosa.zz_plain() returns void language plpgsql stable parallel safe as
    $$ begin insert into prosa.plans (code, retention_days) values ('zz', 1); end $$;
select results_eq('select * from not_pinned', array['prosa.zz_plain()'], 'a function without search_path is found');
select results_eq('select * from not_volatile', array['prosa.zz_plain()'], 'a function that writes and is stable is found');
create function prosa.zz_definer() returns void language sql volatile parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp as $$ select $$;
select results_eq('select * from parallel_writer', array['prosa.zz_definer()'], 'a volatile function that is parallel safe is found');
create function prosa.zz_now() returns timestamptz language plpgsql immutable as $$ begin return now(); end $$;
select results_eq('select * from falsely_immutable', array['prosa.zz_now()'], 'an immutable function that reads the clock is found');
set local check_function_bodies = off;
create function prosa.zz_broken() returns bigint language sql stable as $$ select count(*) from prosa.zz_nowhere $$;
set local check_function_bodies = on;
select alike((select string_agg(b, ',') from pg_temp.broken_sql_functions() b), '%zz_broken%zz_nowhere%', 'an SQL function over a table that is not there is found');
create function prosa.zz_catch() returns void language plpgsql stable parallel safe as $$ begin perform 1; exception when others then raise; end $$;
select results_eq('select * from parallel_subtransaction', array['prosa.zz_catch()'], 'a parallel safe function that catches exceptions is found');
create type prosa.zz_mood as enum ('good');
select isnt_empty($$ select t.typname from pg_type t where t.typnamespace = 'prosa'::regnamespace and t.typtype = 'e' $$, 'an enum type is found');

select * from finish();
rollback;
