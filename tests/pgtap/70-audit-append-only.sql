-- The audit log is append-only: for everybody, on the table and on each of its months, and each of the three guards holds alone.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(51);

select pg_temp.new_tenant('sorriso') as sorriso \gset
select tableoid::regclass as month from prosa.audit_log where tenant_id = :'sorriso' limit 1 \gset
create temporary table guarded as select oid::regclass::text collate "default" as name from tenant_tables where is_append_only;
grant select on guarded to public;
create function pg_temp.outcome(p_statement text) returns text language plpgsql as $$
declare
    v_rows bigint;
begin
    execute p_statement;
    get diagnostics v_rows = row_count;
    return format('%s rows', v_rows);
exception when others then
    return sqlstate;
end
$$;
-- what is done to each: the statement, and what came of it
create function pg_temp.attempts() returns setof text language sql as $$
    select format('%s: %s', format(s.statement, g.name), pg_temp.outcome(format(s.statement, g.name))) collate "default"
      from guarded g cross join (values ('update %s set action = ''other'''), ('delete from %s'), ('truncate %s'), ('merge into %s l using (select) x on true when matched then delete')) s (statement)
$$;
create function pg_temp.allowed(p_refusal text default '42501') returns setof text language sql as $$ select a from pg_temp.attempts() a where a !~ format(': (%s)$', p_refusal) $$;

-- ---- as it is
select isnt(:'month', 'prosa.audit_log_default'::text, 'an entry is in a month of its own');
select cmp_ok((select count(*) from guarded), '>=', 7::bigint, 'there are months');
select cmp_ok((select count(*) from prosa.audit_log), '>=', 1::bigint, 'with something in them');
select is_empty('select pg_temp.allowed(''42501|0 rows'')', 'a superuser is refused by the triggers, on every table');
select is_empty(format('select * from pg_temp.attempts() a where a ~ '' (prosa.audit_log|%s)( |:)'' and a ~ '': 0 rows$''', :'month'), 'wherever there is something to lose');
select throws_ok('truncate prosa.audit_log', '42501', 'prosa.audit_log is append-only: TRUNCATE is refused', 'and told why');
select is_empty($$ select conname from pg_constraint k where k.contype = 'f' and 'prosa.audit_log'::regclass in (k.conrelid, k.confrelid) $$, 'no foreign key leads a cascade to it');
set local role prosa_owner;
select is_empty('select pg_temp.allowed()', 'its owner is refused');
select throws_ok(format('insert into %s select * from prosa.audit_log limit 1', :'month'), '23505', null, 'though it may append');
select pg_temp.as_admin();
select is_empty('select pg_temp.allowed()', 'the operator is refused');
select throws_ok('insert into prosa.audit_log select * from prosa.audit_log limit 1', '42501', null, 'and appends nothing by hand');
select isnt_empty('select * from prosa.audit_log', 'it reads it');
select isnt_empty('select * from prosa.audit_heads', 'and the heads of the chains');
select throws_ok('update prosa.audit_heads set sequence = 0', '42501', null, 'which it cannot change');
select throws_ok(format('select * from %s', :'month'), '42501', null, 'nor reach a month directly');
select pg_temp.as_app(:'sorriso');
select is_empty('select pg_temp.allowed()', 'an application is refused');
select throws_ok('select * from prosa.audit_log', '42501', null, 'and does not read it, which names operators');
select throws_ok('select * from prosa.audit_heads', '42501', null, 'nor the heads');
select throws_ok(format('select * from prosa.verify_audit_chain(%L)', :'sorriso'), '42501', null, 'nor verifies');
select throws_ok(format('select prosa._audit(%L, ''insert'', ''plans'')', :'sorriso'), '42501', null, 'nor writes an entry');
select throws_ok(format('select prosa._append_audit(%L, ''[]'')', :'sorriso'), '42501', null, 'in whatever way');
select pg_temp.as_worker();
select is_empty('select pg_temp.allowed()', 'the worker is refused');
select throws_ok(format('select prosa._audit(%L, ''insert'', ''plans'')', :'sorriso'), '42501', null, 'and writes no entry');
select pg_temp.as_monitor();
select is_empty('select pg_temp.allowed()', 'a monitor is refused');
select throws_ok('select * from prosa.audit_log', '42501', null, 'and does not read it');
select isnt_empty('select * from prosa.audit_heads', 'but the heads, to keep them elsewhere');
select is_empty(format('select * from prosa.verify_audit_chain(%L)', :'sorriso'), 'and verifies');
select pg_temp.as_admin();
select is_empty(format('select * from prosa.verify_audit_chain(%L)', :'sorriso'), 'as the operator does');
select throws_ok('select prosa._audit(null, ''insert'', ''plans'')', '42501', null, 'who writes no entry of its own making');
select pg_temp.reset_role();

-- ---- a replica's session fires no ordinary trigger
set local session_replication_role = replica;
select is_empty('select pg_temp.allowed(''42501|0 rows'')', 'the triggers fire in the session of a replica too');
set local session_replication_role = origin;

-- ---- each guard alone
savepoint guarded;
grant update, delete on prosa.audit_log to prosa_owner;
select format('grant update, delete on %s to prosa_owner', :'month') \gexec
set local role prosa_owner;
select is(pg_temp.outcome('update prosa.audit_log set action = ''other'''), '0 rows', 'with the privilege back, row security leaves the owner nothing to update');
select is(pg_temp.outcome('delete from prosa.audit_log'), '0 rows', 'or delete');
select is(pg_temp.outcome(format('delete from %s', :'month')), '0 rows', 'nor in a month');
select set_config('app.tenant_id', :'sorriso', true) \g /dev/null
select is(pg_temp.outcome('delete from prosa.audit_log'), '0 rows', 'nor when a tenant is set');
reset role;
create policy anything on prosa.audit_log using (true);
set local role prosa_owner;
select throws_ok('update prosa.audit_log set action = ''other''', '42501', null, 'with a policy as well, the trigger refuses');
select throws_ok('delete from prosa.audit_log', '42501', null, 'both');
reset role;
rollback to guarded;
grant truncate on prosa.audit_log to prosa_owner;
set local role prosa_owner;
select throws_ok('truncate prosa.audit_log', '42501', 'prosa.audit_log is append-only: TRUNCATE is refused', 'and TRUNCATE, which row security does not know');
reset role;
rollback to guarded;

-- ---- the catalogue shows a table that lacks one
create temporary view unguarded as
select t.relname::text collate "default" as relname, x.lack
  from tenant_tables t
 cross join lateral (values
       ('row trigger', not exists (select from pg_trigger g where g.tgrelid = t.oid and g.tgfoid = 'prosa._refuse_change()'::regprocedure and g.tgenabled = 'A'
                                      and pg_get_triggerdef(g.oid) ~ 'BEFORE (DELETE OR UPDATE|UPDATE OR DELETE) ON .* FOR EACH ROW EXECUTE')),
       ('truncate trigger', not exists (select from pg_trigger g where g.tgrelid = t.oid and g.tgfoid = 'prosa._refuse_change()'::regprocedure and g.tgenabled = 'A'
                                           and pg_get_triggerdef(g.oid) ~ 'BEFORE TRUNCATE ON .* FOR EACH STATEMENT EXECUTE')),
       ('revoked', exists (select from aclexplode(coalesce((select c.relacl from pg_class c where c.oid = t.oid), acldefault('r', t.relowner))) a where a.privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')))) x (lack, is_lacking)
 where t.is_append_only and x.is_lacking;
select is_empty('select * from unguarded', 'every month has its triggers, and leaves nobody UPDATE, DELETE or TRUNCATE');
select is_empty('select * from prosa._unprotected_audit_tables()', 'as prosa itself finds');
create table prosa.audit_log_zz partition of prosa.audit_log for values from ('2001-01-01') to ('2001-02-01');
alter table prosa.audit_log_zz owner to prosa_owner;
select set_eq('select lack from unguarded where relname = ''audit_log_zz''', array['truncate trigger', 'revoked'], 'a new month lacks what is not handed down');
select results_eq('select u::text collate "default" from prosa._unprotected_audit_tables() u', array['prosa.audit_log_zz'], 'which prosa finds too');
select lives_ok('select prosa.run_maintenance()', 'maintenance');
select is_empty('select * from unguarded', 'mends it');
alter table prosa.audit_log_default disable trigger audit_log_refuse_truncate;
alter table prosa.audit_log_zz enable trigger audit_log_refuse_change;
grant delete on prosa.audit_log to prosa_owner;
select set_eq('select relname || '' '' || lack from unguarded', array['audit_log_default truncate trigger', 'audit_log_zz row trigger', 'audit_log revoked'], 'what was taken off by hand is found');
select set_eq('select u::text collate "default" from prosa._unprotected_audit_tables() u', array['prosa.audit_log_default', 'prosa.audit_log_zz', 'prosa.audit_log'], 'by prosa too');
select is((prosa.run_maintenance() ->> 'tables_secured')::integer, 3, 'maintenance mends each');
select is_empty('select * from unguarded', 'indeed');
drop trigger audit_log_refuse_truncate on prosa.audit_log;
drop trigger audit_log_refuse_change on prosa.audit_log;
select isnt_empty('select * from unguarded where relname = ''audit_log''', 'a trigger that was dropped is found');
savepoint dropped;
select prosa.run_maintenance() \g /dev/null
select is_empty('select * from unguarded', 'and made again by maintenance');
rollback to dropped;
select prosa.install() \g /dev/null
select is_empty('select * from unguarded', 'as by install()');
select is_empty('select pg_temp.allowed(''42501|0 rows'')', 'so that it holds again');

select * from finish();
rollback;
