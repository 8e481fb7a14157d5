-- What a comment of a public function says, and that every name was given by a person. That there is a comment at all: 07-lint.sql.
begin;
\ir lib/personas.sql
select plan(14);

create temporary view public_routine as
select p.oid, p.proname, p.oid::regprocedure::text collate "default" as signature, p.prosrc, p.prokind,
       obj_description(p.oid, 'pg_proc') as comment
  from pg_proc p
 where p.pronamespace = 'prosa'::regnamespace and p.proname not like '\_%';

create temporary view generated_name as
select x.name collate "default" as name from (
    -- what PostgreSQL would have called it
    select k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.connamespace = 'prosa'::regnamespace and not c.relispartition and k.contype <> 'n'
       and (k.conname ~ '_(check|fkey|key|excl)[0-9]+$' or k.contype = 'c' and k.conname::text = c.relname || '_check')
    union all
    select i.relname from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
     where c.relnamespace = 'prosa'::regnamespace and not c.relispartition and i.relname ~ '_(idx|key|pkey)[0-9]+$'
    union all
    select k.conname from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.connamespace = 'prosa'::regnamespace and not c.relispartition and k.contype <> 'n'
       and k.conname not like c.relname || '\_%') x;

select cmp_ok((select count(*) from public_routine), '>=', 35::bigint, 'there are public functions to look at');
select is_empty('select signature from public_routine where comment !~ ''\nExample: \S''', 'the comment of every public function gives an example');
select is_empty($$ select signature from public_routine where comment !~ ';$' $$, 'the example is the last thing in it, a statement to copy');
-- an example is of the function itself
select is_empty($$ select signature from public_routine where (regexp_match(comment, '\nExample: (.*)$', 'n'))[1] !~ ('\mprosa\.' || proname || '\(') $$,
                'the example calls the function');
select is_empty($$ select signature from public_routine where prosrc ~ 'raise exception|_require_tenant\(' and comment !~ '\nErrors: |[Pp]arameters and errors as ' $$,
                'the comment of a public function that raises errors says which');
select is_empty($$ select signature from public_routine where comment ~ '\nErrors: ' and comment !~ '\nErrors: .*([0-9A-Z]{5}|[Aa]s |[Pp]arameters and errors|those of )' $$,
                'errors are given by their SQLSTATE, or by another function that lists them');
-- every SQLSTATE condition that a public function raises itself stands in its comment
select is_empty($$
    select r.signature, e.condition
      from public_routine r
     cross join lateral (select (regexp_matches(r.prosrc, 'errcode = ''([a-z_]+)''', 'g'))[1] as condition) e
      join (values ('invalid_parameter_value', '22023'), ('no_data_found', 'P0002'), ('insufficient_privilege', '42501'),
                   ('unique_violation', '23505'), ('feature_not_supported', '0A000'), ('foreign_key_violation', '23503'),
                   ('invalid_authorization_specification', '28000'), ('object_not_in_prerequisite_state', '55000')) s (name, code)
        on s.name = e.condition
     where strpos(r.comment, s.code) = 0
       and r.comment !~ '(Errors: |errors )[^\n]*as [a-z_]+\('   -- another function lists them
    $$, 'every condition that a public function raises is in its comment');
select is_empty('select * from generated_name', 'the names of constraints and indexes were given, and begin with their table');
select is_empty($$
    select c.relname from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
       and c.relname !~ '^[a-z][a-z0-9_]*$' $$, 'names are lower case');
-- parameters have names, so that calls can name them
select is_empty($$
    select r.signature from public_routine r join pg_proc p on p.oid = r.oid
     where p.pronargs > 0 and (p.proargnames is null or '' = any (p.proargnames)) $$, 'every parameter of a public function has a name');

-- each rule trips
create function prosa.zz_silent(integer) returns integer language plpgsql as $$ begin raise exception 'no'; end $$;
comment on function prosa.zz_silent(integer) is 'Says nothing.';
select ok(exists (select from public_routine where signature = 'prosa.zz_silent(integer)' and comment !~ '\nExample: \S'), 'a comment without example is found');
select ok(exists (select from public_routine where signature = 'prosa.zz_silent(integer)' and prosrc ~ 'raise exception' and comment !~ '\nErrors: '), 'undocumented errors are found');
create table prosa.zz_table (tenant_id uuid primary key, a integer check (a > 0), b integer, check (a > b), check (b > a));
comment on table prosa.zz_table is 'With generated names.';
select set_eq('select name from generated_name', array['zz_table_check', 'zz_table_check1'], 'generated names are found');
alter table prosa.zz_table add constraint whatever check (b > 1);
select ok(exists (select from generated_name where name = 'whatever'), 'a constraint not named after its table is found');

select * from finish();
rollback;
