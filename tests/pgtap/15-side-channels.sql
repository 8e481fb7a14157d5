-- Conditions that cannot raise may be evaluated before row security, and a plan is a thing that speaks. Neither tells what
-- another tenant has: not by an error, not by the pages read, not by the rows an index found.
begin;
\ir lib/personas.sql
\ir lib/tables.sql
select plan(25);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.populate(:'sorriso', 'sorriso');
select pg_temp.populate(:'harbor', 'harbor');
select pg_temp.new_contact(:'harbor', '+55 11 97777-1234') \g /dev/null
select prosa.create_api_key(:'sorriso', 'x') as key \gset
set local zz.key = :'key';
create role zz_app login in role prosa_app;
create role zz_bound login;
select prosa.grant_tenant_role('zz_bound', :'sorriso') \g /dev/null

-- indexes that an application's condition could search without the tenant: of columns whose operators are leakproof
create temporary view searchable_past_the_policy as
select format('%s %s', t.relname, i.indexrelid::regclass) collate "default" as what
  from tenant_tables t join pg_index i on i.indrelid = t.oid
 where has_any_column_privilege('prosa_app', t.oid, 'select')
   and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = t.tenant_column and a.attnum = any (i.indkey::smallint[]))
   and exists (select from generate_subscripts(i.indkey, 1) k (n)
                 join pg_opclass c on c.oid = i.indclass[k.n] join pg_amop o on o.amopfamily = c.opcfamily join pg_operator p on p.oid = o.amopopr
                 join pg_proc f on f.oid = p.oprcode
                where i.indkey[k.n] <> 0 and f.proleakproof);
select is_empty('select * from searchable_past_the_policy', 'no index can be searched by a tenant''s columns without the tenant');
create index zz_index on prosa.contacts (name);
select results_eq('select what from searchable_past_the_policy', array['contacts prosa.zz_index'], 'one that could be is found');
drop index prosa.zz_index;
select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'prosa'::regnamespace and p.proleakproof $$,
                'no function of Prosa claims to be leakproof');

-- a plan that was made before asks nothing of the context when it is run: what a condition matches must not make the difference
create function pg_temp.ask(p_value text, p_by_index boolean) returns text language plpgsql as $$
declare
    v_line text;
    v_plan text := '';
begin
    perform set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', (not p_by_index)::text, true),
            set_config('enable_indexscan', p_by_index::text, true), set_config('enable_bitmapscan', p_by_index::text, true);
    for v_line in execute format('execute phone(%L)', p_value) loop
        v_plan := v_line;
    end loop;
    for v_line in execute format('explain (analyze, buffers, costs off, timing off, summary off) execute phone(%L)', p_value) loop
        v_plan := v_plan || v_line;
    end loop;
    return v_plan;
exception when others then
    return sqlstate;
end
$$;
create function pg_temp.tells(p_login name, p_context text, p_by_index boolean) returns boolean language plpgsql as $$
declare
    v_there text;
    v_absent text;
begin
    execute format('set session authorization %I', p_login);
    perform set_config('app.tenant_id', '', true);
    execute 'prepare phone (text) as select count(*) from prosa.contact_identities where value = $1';
    perform pg_temp.ask('0', p_by_index);  -- plans
    execute p_context;
    perform pg_temp.ask('0', p_by_index), pg_temp.ask('5511977771234', p_by_index);  -- fills the caches
    v_there := pg_temp.ask('5511977771234', p_by_index);
    v_absent := pg_temp.ask('5511977771235', p_by_index);
    execute 'deallocate phone';
    reset session authorization;
    return v_there <> v_absent;
end
$$;
create temporary view asked as
select l.login, c.context, s.by_index, format('%s, %s, %s', l.login, c.name, case when s.by_index then 'by index' else 'by scan' end) as what
  from (values ('zz_app'::name), ('zz_bound')) l (login)
 cross join (values ('no context', 'select 1'), ('a malformed tenant', 'set local app.tenant_id = ''not a uuid'''),
                    ('another tenant', format('set local app.tenant_id = %L', (select t.id from prosa.tenants t where t.slug like 'harbor-%'))),
                    ('the own tenant', format('select prosa.authenticate(%L)', current_setting('zz.key')))) c (name, context)
 cross join (values (false), (true)) s (by_index);
select ok(not pg_temp.tells(login, context, by_index), what || ': nothing tells whether another tenant has a number') from asked;

-- one's own query cannot change the tenant between two rows either
select prosa.authenticate(:'key') \g /dev/null
set session authorization zz_app;
select count(*) as own_messages from prosa.messages \gset
select is((select count(*) from prosa.messages m where set_config('app.tenant_id', 'not a uuid', true) is not null), :own_messages::bigint, 'a setting that changes between two rows changes nothing');
reset session authorization;

-- in a union the query's own condition comes first, and finds nothing that speaks: a context never raises
set session authorization zz_app;
set local app.tenant_id = 'not a uuid';
select is((select count(*) from (select value from prosa.contact_identities union all select value from prosa.contact_identities) u where value = v), 0::bigint,
          'in a union, a malformed tenant: ' || v || ' is not there') from unnest(array['5511977771234', '5511977771235']) v;
reset session authorization;

-- these tests can fail: so it was while the tenant was evaluated for each row
alter policy tenant_isolation on prosa.contact_identities using (tenant_id = prosa.current_tenant_id());
select ok(pg_temp.tells(login, context, by_index), what || ': a tenant evaluated for each row would tell')
  from asked where what in ('zz_app, no context, by scan', 'zz_app, a malformed tenant, by scan', 'zz_bound, no context, by scan');

select * from finish();
rollback;
