-- What an application sees and cannot touch, for every table and view of the catalogue.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(22);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.populate(:'sorriso', 'sorriso');
select pg_temp.populate(:'harbor', 'harbor');
select prosa.refresh_consumption_summary() \g /dev/null
-- consumption is summed and, of one message each, still to be summed
select pg_temp.say(t.tenant_id, t.id, t.name || ' last') from (
    select c.tenant_id, c.id, case c.tenant_id when :'harbor' then 'harbor' else 'sorriso' end as name
      from prosa.conversations c where c.tenant_id in (:'sorriso', :'harbor')) t \g /dev/null

create temporary view relation as
select c.oid, c.oid::regclass::text collate "default" as name, c.relkind, c.relispartition,
       has_table_privilege('prosa_app', c.oid, 'select') as is_readable,
       (select a.attname from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
           and a.attname = case c.relname when 'tenants' then 'id' else 'tenant_id' end) as tenant_column
  from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'm');
grant select on relation to public;

-- each as whoever calls it
create function pg_temp.rows_of(p_relation text, p_condition text default 'true') returns bigint language plpgsql as $$
declare
    v_rows bigint;
begin
    execute format('select count(*) from %s where %s', p_relation, p_condition) into v_rows;
    return v_rows;
end
$$;

-- the SQLSTATE of a statement that does nothing even where it is allowed
create function pg_temp.outcome(p_statement text) returns text language plpgsql as $$
begin
    execute p_statement;
    return 'allowed';
exception when others then
    return sqlstate;
end
$$;

-- nothing below is empty because there is nothing
select cmp_ok((select count(*) from relation where is_readable), '>=', 17::bigint, 'an application may read some tables and views');
select is_empty(format($$ select name from relation where is_readable and tenant_column is not null
                            and pg_temp.rows_of(name, format('%%I = %%L', tenant_column, %L)) = 0 $$, :'sorriso'),
                'each of them holds rows of the first tenant');
select is_empty(format($$ select name from relation where is_readable and tenant_column is not null
                            and pg_temp.rows_of(name, format('%%I = %%L', tenant_column, %L)) = 0 $$, :'harbor'),
                'and of the second');
insert into prosa.quota_blocks (tenant_id, until) values (:'sorriso', '2020-01-01Z'), (:'harbor', '2020-01-01Z');
insert into prosa.tenant_roles (tenant_id, role_name) values (:'sorriso', 'zz_nobody'), (:'harbor', 'zz_nobody');
select is_empty($$ select name from relation where relkind in ('r', 'p') and not relispartition and name not in ('prosa.messages_template', 'prosa.message_events_template', 'prosa.inbound_events_template', 'prosa.audit_log_template') and pg_temp.rows_of(name) = 0 $$,
                'no table is empty');

select pg_temp.as_app();
select results_eq('select name from relation where is_readable and pg_temp.rows_of(name) > 0 order by name', array['prosa.model_prices', 'prosa.plans'],
                  'without a tenant every table and view is empty but the plans and prices, which are nobody''s');

select pg_temp.as_app(:'sorriso');
select is_empty(format($$ select name from relation where is_readable and tenant_column is not null
                            and pg_temp.rows_of(name, format('%%I <> %%L', tenant_column, %L)) > 0 $$, :'sorriso'),
                'with a tenant no row of another is seen, in any table or view');
select is_empty($$ select name from relation where is_readable and pg_temp.rows_of(name) = 0 $$, 'and its own are');
select is((select count(*)::integer from prosa.tenants), 1, 'of the tenants only the own one');
select is_empty($$ select * from prosa.messages where content like 'harbor%' $$, 'no text of another tenant');
select is_empty(format('select * from prosa.messages where tenant_id = %L', :'harbor'), 'nor when it is asked for by name');
select is((select count(*)::integer from prosa.messages where created_at < now() - interval '14 months'), 1,
          'the default partition is under row security as well');

select pg_temp.as_app(:'harbor');
select is_empty(format($$ select name from relation where is_readable and tenant_column is not null
                            and pg_temp.rows_of(name, format('%%I <> %%L', tenant_column, %L)) > 0 $$, :'harbor'),
                'the same for the other tenant');

select pg_temp.as_app();
set local app.tenant_id = '00000000-0000-0000-0000-000000000001';
select is_empty($$ select name from relation where is_readable and tenant_column is not null and pg_temp.rows_of(name) > 0 $$,
                'a tenant that does not exist sees nothing');

-- what is not readable
select pg_temp.as_app(:'sorriso');
select is_empty($$ select name, pg_temp.outcome(format('select * from %s', name)) from relation
                    where not is_readable and pg_temp.outcome(format('select * from %s', name)) <> '42501' $$,
                'every other relation, partitions among them, is refused with 42501');
select throws_ok('select * from prosa.api_keys', '42501', null, 'an application cannot read the hashes of keys');
select throws_ok('select * from prosa.llm_providers', '42501', null, 'nor the endpoints'' secret names');
select throws_ok('select * from prosa.messages_default', '42501', null, 'nor a partition');

-- writing
select is_empty($$
    select r.name, s.statement, pg_temp.outcome(format(s.statement, r.name, a.attname))
      from relation r
      join lateral (select a.attname from pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped order by a.attnum limit 1) a on true
     cross join (values ('insert into %1$s default values'), ('update %1$s set %2$I = %2$I'), ('delete from %1$s'), ('truncate %1$s')) s (statement)
     where r.relkind in ('r', 'p') and pg_temp.outcome(format(s.statement, r.name, a.attname)) <> '42501'
    $$, 'insert, update, delete and truncate are refused with 42501 on every table and partition');
select throws_ok(format('insert into prosa.contacts (tenant_id, name) values (%L, ''Eva'')', :'sorriso'), '42501', null,
                 'also for a row of the own tenant');
select throws_ok('copy prosa.contacts (tenant_id, name) from program ''true''', '42501', null, 'COPY is no way round');

-- the worker
select pg_temp.as_worker();
select is_empty($$ select name from relation where pg_temp.outcome(format('select * from %s', name)) <> '42501' $$,
                'the worker reads no table, messages included: it has its functions');

-- the rule trips
select pg_temp.reset_role();
alter table prosa.contacts disable row level security;
select pg_temp.as_app(:'sorriso');
select results_eq(format($$ select name from relation where is_readable and tenant_column is not null
                              and pg_temp.rows_of(name, format('%%I <> %%L', tenant_column, %L)) > 0 $$, :'sorriso'),
                  array['prosa.contacts'], 'a table without row security shows up here');

select pg_temp.reset_role();
select * from finish();
rollback;
