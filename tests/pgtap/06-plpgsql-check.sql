-- plpgsql_check finds nothing in any PL/pgSQL function, procedure or trigger function, with all of its warnings: no statement that
-- cannot run, no unused or shadowed variable, no unquoted dynamic SQL, no index lost to a cast. Without plpgsql_check this fails.
begin;
\ir lib/personas.sql

create function pg_temp.make_extension() returns boolean language plpgsql as $$
begin
    if not exists (select from pg_available_extensions a where a.name = 'plpgsql_check') then
        return false;
    end if;
    create extension if not exists plpgsql_check;
    return true;
end
$$;
select pg_temp.make_extension() as has_plpgsql_check \gset

\if :has_plpgsql_check

-- complaints that are none, each with its reason
create temporary table accepted (function_name text, level text, message text, reason text);
insert into accepted values
    ('every function', 'performance', 'target type is different type than source type', 'the cast of an assignment costs nothing beside its statement'),
    ('every function', 'performance', 'routine is marked as VOLATILE, should be %', 'dynamic SQL and what it calls are not seen; 04-catalogue-functions.sql judges volatility'),
    ('install_jar', 'error', '%"sqlj%" does not exist', 'the schema sqlj is there only with PL/Java; its statements are dynamic and constant'),
    ('_audit_changes', 'error', 'relation "old_rows" does not exist', 'an insert has none, and the function does not ask for them then'),
    ('_audit_changes', 'error', 'relation "new_rows" does not exist', 'a delete has none, and the function does not ask for them then'),
    ('_audit_table', 'security', 'text type variable is not sanitized', 'names and literals quoted where they are used, and constants of the function'),
    ('_drain_audit_log', 'error', 'relation "prosa.audit_log_waiting" does not exist', 'the function makes it, and drops it'),
    ('install_jar', 'performance', 'immutable expression without parameters found', 'as above'),
    ('_remove_companions', 'security', 'text type variable is not sanitized', 'a table that _monthly_tables() names, as regclass'),
    ('_grant_partman', 'security', 'text type variable is not sanitized', 'commands made of regclass and regprocedure'),
    ('_in_cron_database', 'security', 'text type variable is not sanitized', 'a statement that its callers make with %L; for superusers only'),
    ('_install', 'security', 'text type variable is not sanitized', 'the extension''s own migrations'),
    ('_make_append_only', 'security', 'text type variable is not sanitized', 'events that the function itself holds'),
    ('_secure_table', 'security', 'text type variable is not sanitized', 'conditions that the function itself holds');

create temporary view checked as
select p.oid, p.proname::text collate "default" as name, p.oid::regprocedure::text collate "default" as signature,
       p.prorettype = 'trigger'::regtype as is_trigger, p.prokind
  from pg_proc p join pg_language l on l.oid = p.prolang
 where p.pronamespace = 'prosa'::regnamespace and l.lanname = 'plpgsql';

-- a trigger function is checked with the table and the transition table of the trigger that calls it
create temporary view complaint as
select c.signature, c.name, t.tgrelid::regclass as relation, k.level, k.sqlstate, k.lineno, k.message, k.query
  from checked c
  left join pg_trigger t on t.tgfoid = c.oid and t.tgparentid = 0
 cross join lateral plpgsql_check_function_tb(
       c.oid, relid => coalesce(t.tgrelid, 0), newtable => t.tgnewtable, oldtable => t.tgoldtable, fatal_errors => false,
       other_warnings => true, extra_warnings => true, performance_warnings => true, security_warnings => true, compatibility_warnings => true) k
 where not exists (select from accepted a where a.function_name in ('every function', c.name) and a.level = k.level and k.message like a.message);

select plan(11 + (select count(*) from checked)::integer);

select cmp_ok((select count(*) from checked), '>=', 60::bigint, 'there are functions to check');
select cmp_ok((select count(*) from checked where is_trigger), '>=', 2::bigint, 'trigger functions are among them');
select ok(exists (select from checked where prokind = 'p'), 'so are procedures');
select is_empty('select signature from checked c where c.is_trigger and not exists (select from pg_trigger t where t.tgfoid = c.oid)',
                'every trigger function has a trigger to be checked with');
select is_empty(format('select level, sqlstate, lineno, message, query from complaint where signature = %L', c.signature),
                c.signature || ' has nothing to complain of')
  from checked c order by c.signature;

-- the rule trips
create function prosa.zz_wrong(unused integer) returns void language plpgsql as
    $$ declare v_idle integer; begin perform from prosa.zz_nowhere; end $$;
select ok(exists (select from complaint where name = 'zz_wrong' and level = 'error' and message like '%zz_nowhere%'), 'a table that is not there is found');
select ok(exists (select from complaint where name = 'zz_wrong' and message like '%v_idle%'), 'an unused variable is found');
create function prosa.zz_cast(p_days numeric) returns boolean language plpgsql stable as
    $$ begin return exists (select from prosa.plans p where p.retention_days = p_days); end $$;
select ok(exists (select from complaint where name = 'zz_cast' and level = 'performance'), 'a cast that no index serves is found');
create function prosa.zz_inject(p_table text) returns void language plpgsql as $$ begin execute 'lock table ' || p_table; end $$;
select ok(exists (select from complaint where name = 'zz_inject' and level = 'security'), 'unquoted dynamic SQL is found');
create procedure prosa.zz_procedure() language plpgsql as $$ begin commit; perform from prosa.zz_nowhere; end $$;
select ok(exists (select from complaint where name = 'zz_procedure' and level = 'error'), 'a procedure is checked');
create function prosa.zz_trigger() returns trigger language plpgsql as
    $$ begin perform i.no_such_column from inserted i; return null; end $$;
create trigger zz_trigger after insert on prosa.plans referencing new table as inserted for each statement execute function prosa.zz_trigger();
select ok(exists (select from complaint where name = 'zz_trigger' and message like '%no_such_column%'), 'a wrong column of a transition table is found');
create function prosa.zz_sqlj() returns void language plpgsql as $$ begin perform from sqlj.jar_repository; end $$;
select is((select count(*)::integer from checked where name = 'install_jar'), 1, 'install_jar() is checked, and names sqlj dynamically only');

\else
select plan(1);
select fail('plpgsql_check is there: install the package postgresql-NN-plpgsql-check, as install.sh does');
\endif

select * from finish();
rollback;
