-- The attempts, from the catalogue: what is added to schema prosa is attacked without a line here.
-- An attempt is one message of the simple query protocol, as an injection would send it, in a transaction that is rolled back.
set client_min_messages = warning;
truncate adversary.thought restart identity;
drop table if exists adversary.context, adversary.statement, adversary.relation;

-- ---------------------------------------------------------------- contexts
-- before and after run on their own, opening in the message, before the attempt
create table adversary.context (
    name text primary key,
    login text not null,
    session text not null default 'plain',
    before text not null default '',
    opening text not null default '',
    after text not null default '',
    is_full boolean not null default false   -- met by every statement, not only by those that read
);
insert into adversary.context (name, login, session, before, opening, after, is_full) values
    ('none', 'app', 'plain', '', '', '', false),
    ('empty', 'app', 'plain', '', $$set local app.tenant_id = ''$$, '', false),
    ('wrong, local', 'app', 'plain', '', $$set local app.tenant_id = '{b}'$$, '', false),
    ('wrong, by set_config', 'app', 'plain', '', $$select set_config('app.tenant_id', '{b}', true)$$, '', false),
    ('wrong, for the session', 'app', 'plain', $$set app.tenant_id = '{b}';$$, '', 'reset app.tenant_id;', false),
    ('wrong, by an option of the connection', 'app', 'option', '', '', '', false),
    ('wrong, as a default of the role', 'app', 'default', '', '', '', false),
    ('wrong, in capitals', 'app', 'plain', '', $$set local app.tenant_id = '{b_upper}'$$, '', false),
    ('wrong, in braces', 'app', 'plain', '', $$set local app.tenant_id = '{{b}}'$$, '', false),
    ('wrong, without hyphens', 'app', 'plain', '', $$set local app.tenant_id = '{b_bare}'$$, '', false),
    ('wrong, malformed', 'app', 'plain', '', $$set local app.tenant_id = 'not a uuid'$$, '', false),
    ('wrong, overlong', 'app', 'plain', '', $$select set_config('app.tenant_id', repeat('{b}', 1000), true) is null$$, '', false),
    ('own', 'app', 'plain', '', $$select prosa.authenticate('{a_key}') is null$$, '', true),
    ('forged, the tenant changed', 'app', 'plain', '', $$select prosa.authenticate('{a_key}') is null\; set local app.tenant_id = '{b}'$$, '', true),
    ('forged, the tenant in capitals', 'app', 'plain', '', $$select prosa.authenticate('{a_key}') is null\; set local app.tenant_id = '{b_upper}'$$, '', false),
    ('forged, the tenant''s hyphens as in the note', 'app', 'plain', '',
        $$select prosa.authenticate('{a_key}') is null\; select set_config('app.tenant_id', replace('{b}', '-', '_'), true) is null$$, '', false),
    ('forged, a seal made up', 'app', 'plain', '',
        $$select prosa.authenticate('{a_key}') is null\; set local app.tenant_id = '{b}'\; select set_config('app.tenant_seal', '9999999999.' || encode(sha256('{b}'), 'hex'), true) is null$$, '', false),
    ('forged, a note made up', 'app', 'plain', '',
        $$do $d$ begin perform set_config('backtrace_functions', '9999999999_prosa_' || replace('{b}', '-', '_') || '_' || to_hex(hashtext(session_user || current_setting('role'))) || '_', true); exception when insufficient_privilege then null; end $d$\; set local app.tenant_id = '{b}'$$, '', false),
    ('forged, the seal of a live context', 'app', 'plain', '',
        $$do $d$ begin perform set_config('backtrace_functions', current_setting('zz.live_note'), true); exception when insufficient_privilege then null; end $d$\; set local app.tenant_id = '{b}'\; select set_config('app.tenant_seal', current_setting('zz.live_seal'), true) is null$$, '', false),
    ('forged, choosing it', 'app', 'plain', '', $$do $d$ begin perform prosa.set_tenant('{b}'); exception when insufficient_privilege then null; end $d$ $$, '', false),
    ('forged, becoming another role', 'app', 'plain', '',
        $$do $d$ declare r text; begin foreach r in array '{prosa_owner,prosa_admin,prosa_worker,prosa_monitor,{bound},postgres}'::text[] loop begin execute 'set local role ' || r; exception when others then null; end; end loop; end $d$\; set local app.tenant_id = '{b}'$$, '', false),
    ('key revoked', 'app', 'plain', '', $$do $d$ begin perform prosa.authenticate('{b_key_revoked}'); exception when invalid_authorization_specification then null; end $d$ $$, '', false),
    ('key expired', 'app', 'plain', '', $$do $d$ begin perform prosa.authenticate('{b_key_expired}'); exception when invalid_authorization_specification then null; end $d$ $$, '', false),
    ('key of another scope', 'app', 'plain', '', $$do $d$ begin perform prosa.authenticate('{b_key_webhook}'); exception when invalid_authorization_specification then null; end $d$ $$, '', false),
    ('key mistyped', 'app', 'plain', '', $$do $d$ begin perform prosa.authenticate('{b_key_mistyped}'); exception when invalid_authorization_specification then null; end $d$ $$, '', false),
    ('stale, rolled back to a savepoint', 'app', 'plain', '', $$savepoint s\; select prosa.authenticate('{b_key}') is null\; rollback to s\; set local app.tenant_id = '{b}'$$, '', false),
    ('stale, an exception later', 'app', 'plain', '',
        $$do $d$ begin perform prosa.authenticate('{b_key}'); raise division_by_zero; exception when division_by_zero then null; end $d$\; set local app.tenant_id = '{b}'$$, '', false),
    ('stale, committed in the same message', 'app', 'plain', '', $$select prosa.authenticate('{b_key}') is null\; commit\; begin\; set local app.tenant_id = '{b}'$$, '', false),
    ('stale, committed and chained', 'app', 'plain', '', $$select prosa.authenticate('{b_key}') is null\; commit and chain\; set local app.tenant_id = '{b}'$$, '', false),
    ('stale, closed', 'app', 'plain', '', $$select prosa.authenticate('{b_key}') is null\; select prosa.set_tenant(null) is null\; set local app.tenant_id = '{b}'$$, '', false),
    ('stale, everything reset', 'app', 'plain', '', $$select prosa.authenticate('{b_key}') is null\; reset all\; set local app.tenant_id = '{b}'$$, '', false),
    -- a pool: the connection served the other tenant just before, and its values were seen
    ('pooled, nothing set', 'app', 'pooled', '{pool}', '', '', false),
    ('pooled, own', 'app', 'pooled', '{pool}', $$select prosa.authenticate('{a_key}') is null$$, '', false),
    ('pooled, wrong', 'app', 'pooled', '{pool}', $$set local app.tenant_id = '{b}'$$, '', false),
    ('pooled, its values replayed', 'app', 'pooled', '{pool}',
        $$select prosa.authenticate('{a_key}') is null\; select pg_catalog.set_config('app.tenant_id', :'pool_tenant', true) is null, pg_catalog.set_config('app.tenant_seal', :'pool_seal', true) is null\; do $d$ begin perform pg_catalog.set_config('backtrace_functions', pg_catalog.current_setting('zz.note', true), true); exception when insufficient_privilege then null; end $d$ $$, '', false),
    -- an injection into a transaction of the own tenant, which the application then commits
    ('injected', 'app', 'injected', '', $$select prosa.authenticate('{a_key}') is null\; select count(*) from prosa.conversation_history('{a_conversations}')$$, '', true),
    ('injected, the tenant changed', 'app', 'injected', '',
        $$select prosa.authenticate('{a_key}') is null\; select content from prosa.messages where content = 'x' union all select set_config('app.tenant_id', '{b}', true) --'
$$, '', false),
    -- a login that is bound to its tenant
    ('bound, own', 'bound', 'plain', '', '', '', true),
    ('bound, wrong', 'bound', 'plain', '', $$set local app.tenant_id = '{b}'$$, '', false),
    ('bound, with a key of the other tenant', 'bound', 'plain', '',
        $$do $d$ begin perform prosa.authenticate('{b_key}'); exception when invalid_authorization_specification then null; end $d$\; set local app.tenant_id = '{b}'$$, '', false),
    ('bound, choosing the other tenant', 'bound', 'plain', '', $$do $d$ begin perform prosa.set_tenant('{b}'); exception when insufficient_privilege then null; end $d$ $$, '', false),
    ('bound, as prosa_app', 'bound', 'plain', '', $$set local role prosa_app\; set local app.tenant_id = '{b}'$$, '', false),
    ('bound, with a seal made up', 'bound', 'plain', '',
        $$set local app.tenant_id = '{b}'\; set local app.tenant_seal = '9999999999.0000000000000000000000000000000000000000000000000000000000000000'$$, '', false),
    -- logins of other kinds, with the tenant set
    ('worker', 'worker', 'plain', '', $$set local app.tenant_id = '{b}'$$, '', false),
    ('monitor', 'monitor', 'plain', '', $$set local app.tenant_id = '{b}'$$, '', false),
    ('nobody', 'nobody', 'plain', '', $$set local app.tenant_id = '{b}'$$, '', false);

-- {pool}: what runs before, as the other tenant, with the traps an application or an attacker may have left in the session
update adversary.context set before = $$\o /dev/null
begin; select prosa.authenticate('{b_key}');
execute left_count; select {schema}.left_behind(); select pg_catalog.current_setting('app.tenant_id') as pool_tenant, coalesce(pg_catalog.current_setting('app.tenant_seal', true), '') as pool_seal,
       pg_catalog.set_config('zz.note', pg_catalog.current_setting('backtrace_functions'), false) \gset
commit;
\o$$ where before = '{pool}';

-- ---------------------------------------------------------------- relations
create table adversary.relation as
select c.oid, c.oid::regclass::text as name, c.relkind, a.attname as tenant_column,
       has_table_privilege('prosa_app', c.oid, 'select') as is_readable
  from pg_class c
  left join pg_attribute a on a.attrelid = c.oid and not a.attisdropped and a.attname = case c.relname when 'tenants' then 'id' else 'tenant_id' end
 where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 't')
   and (c.relnamespace = 'prosa'::regnamespace
        or c.oid in (select t.reltoastrelid from pg_class t where t.relnamespace = 'prosa'::regnamespace));

-- %R relation, %T its tenant's column (null where it has none)
create table adversary.statement (name text primary key, template text not null, is_core boolean not null default false, is_compared boolean not null default true);
insert into adversary.statement (name, template, is_core) values
    ('select', 'select * from %R', true),
    ('select of the other tenant', $$select * from %R where %T = '{b}'$$, true),
    ('count', 'select count(*) from %R', true),
    ('a leaky function', 'select count(*) from %R r where pg_temp.leak(r::text)', true),
    ('copy', 'copy %R to stdout', true);
insert into adversary.statement (name, template) values
    ('table', 'table %R'),
    ('copy a query', 'copy (select * from only %R) to stdout'),
    ('as JSON', 'select jsonb_agg(to_jsonb(r) order by r::text) from %R r'),
    ('whole rows', 'select r from (select r from %R r offset 0) r'),
    ('an outer join', 'select r.* from (values (1)) v (x) left join %R r on true'),
    ('a self join', 'select x.* from %R x join %R y on x.%T is not distinct from y.%T'),
    ('a common table expression', 'with x as materialized (select * from %R) select * from x'),
    ('a subquery', 'select (select string_agg(r::text, chr(10)) from %R r)'),
    ('lateral', $$select r.* from unnest(array['{a}', '{b}']::pg_catalog.uuid[]) t (id) cross join lateral (select * from %R x where x.%T = t.id) r$$),
    ('a sample', 'select * from %R tablesample system (100)'),
    ('system columns', 'select tableoid::regclass, ctid, * from %R'),
    ('the first row by its place', $$select * from %R where ctid = '(0,1)'$$),
    ('for update', 'select * from %R for update'),
    ('for key share', 'select * from %R for key share nowait'),
    ('a division by zero', $$select count(*) from %R r where %T = '{b}' and 1 / (length(r::text) - length(r::text)) = 1$$),
    ('a leaky operator', $$select count(*) from %R r where r::text operator({schema}.<<<) 'x'$$),
    ('a leaky operator with an estimator', $$select count(*) from %R r where r.%T::text operator({schema}.<<<) 'x' and r.%T operator({schema}.<<<) '{b}'::pg_catalog.uuid$$),
    ('the setting changed by the query', $$select set_config('app.tenant_id', '{b}', true), r.* from %R r union all select null, r.* from %R r$$),
    ('the setting changed before a row', $$select r.* from (select set_config('app.tenant_id', '{b}', true) offset 0) s cross join lateral (select * from %R where s is not null) r$$),
    ('row security off', 'set local row_security = off\; select * from %R'),
    ('a cursor', 'declare c cursor for select * from %R\; fetch all c'),
    ('a cursor, the setting changed', $$declare c cursor for select * from %R\; set local app.tenant_id = '{b}'\; fetch all c$$),
    ('a cursor held', $$declare c cursor with hold for select * from %R\; set local app.tenant_id = '{b}'\; commit\; fetch all c\; close c$$),
    ('a prepared statement', $$set local plan_cache_mode = force_generic_plan\; prepare q as select * from %R\; execute q\; set local app.tenant_id = '{b}'\; execute q;
rollback;
deallocate q$$),
    ('a temporary table', 'create temporary table t as select * from %R\; select * from t'),
    ('a temporary view', $$create temporary view t as select * from %R\; set local app.tenant_id = '{b}'\; select * from t$$),
    ('a view of one''s own', 'create view {schema}.v with (security_invoker = false) as select * from %R\; select * from {schema}.v'),
    ('a materialized view', 'create materialized view {schema}.v as select * from %R\; select * from {schema}.v'),
    ('a function of one''s own', $$create function {schema}.f() returns setof %R language sql security definer as 'select * from %R'\; select * from {schema}.f()$$),
    ('a block', $$do $d$ declare r record; begin for r in select * from %R loop raise notice '%%', r; end loop; end $d$ $$),
    ('a parallel query', 'set local debug_parallel_query = on\; set local min_parallel_table_scan_size = 0\; select * from %R'),
    ('query_to_xml', $$select query_to_xml('select * from %R', true, false, '')$$),
    ('table_to_xml', $$select table_to_xml('%R', true, false, '')$$),
    ('cursor_to_xml', $$declare c cursor for select * from %R\; select cursor_to_xml('c', 100, true, false, '')$$),
    ('delete', 'delete from %R returning *'),
    ('update', $$update %R set %T = %T returning *$$),
    ('insert', 'insert into %R select * from %R returning *'),
    ('insert on conflict', 'insert into %R select * from %R on conflict do nothing returning *'),
    ('insert of the other tenant', $$insert into %R (%T) values ('{b}') returning *$$),
    ('merge', 'merge into %R r using (values (1)) v (x) on true when matched then delete'),
    ('truncate', 'truncate %R cascade'),
    ('lock', 'lock table %R in share mode'),
    ('disable row security', 'alter table %R disable row level security'),
    ('add a policy', 'create policy p on %R using (true)'),
    ('drop the policy', 'drop policy tenant_isolation on %R'),
    ('add a trigger', 'create trigger t before insert on %R for each row execute function {schema}.trap()'),
    ('add an index', 'create index on %R ((pg_temp.leak(%T::text)))'),
    ('refer to it', 'create table {schema}.r (t uuid references %R (%T))'),
    ('inherit from it', 'create table {schema}.r () inherits (%R)'),
    ('statistics', 'create statistics {schema}.s on %T, (%T::text) from %R'),
    ('analyze', 'analyze %R'),
    ('grant', 'grant select on %R to public'),
    ('own', 'alter table %R owner to current_user');
insert into adversary.statement (name, template, is_core, is_compared) values
    -- which row comes first depends on the plan
    ('a cast that fails', 'select count(*) from %R r where (r::text)::integer = 0', true, false),
    -- plans and their estimates follow the statistics of the whole table
    ('explain', 'explain (analyze, verbose) select * from %R', false, false),
    ('explain an estimate', $$explain (format json, verbose) select * from %R where %T = '{b}'$$, false, false);

insert into adversary.thought (login, session, context, family, what, script, is_compared)
select c.login, c.session, c.name, 'relation', s.name || ': ' || r.name,
       concat_ws(E'\n', nullif(c.before, ''),
                 'begin\; ' || coalesce(nullif(c.opening, '') || '\; ', '') || replace(replace(replace(s.template, '%%', '%'), '%R', r.name), '%T', coalesce(quote_ident(r.tenant_column), 'null')) || ';',
                 case c.session when 'injected' then 'commit;' end, 'rollback;', nullif(c.after, '')),
       s.is_compared and c.login <> 'monitor'
  from adversary.context c cross join adversary.statement s cross join adversary.relation r
 where -- every statement in the contexts that have something to lose, and what reads in all of them
       r.is_readable and (s.is_core or c.is_full)
       -- what may not be read at all is refused for one reason
    or not r.is_readable and (c.name in ('own', 'bound, own') and (s.is_core or r.relkind <> 't' and c.name = 'own')
                              or c.login in ('worker', 'monitor', 'nobody') and s.name in ('select', 'copy'));

-- what the session kept
insert into adversary.thought (login, session, context, family, what, script, is_compared)
select c.login, c.session, c.name, 'session', s.statement,
       concat_ws(E'\n', nullif(c.before, ''), 'begin\; ' || coalesce(nullif(c.opening, '') || '\; ', '') || s.statement || ';', 'rollback;', nullif(c.after, '')), true
  from adversary.context c cross join (values ('execute left_count'), ('execute left_rows'), ('select {schema}.left_behind()'), ('table messages'), ('table tenants'),
       ('select * from prosa.messages where tenant_id = tenant_id'), ('select * from prosa.tenants t where t.id in (select m.tenant_id from prosa.messages m)'),
       ('select current_tenant_id(), prosa.current_tenant_id()'), ('table pg_prepared_statements'), ('table pg_cursors')) s (statement)
 where c.session = 'pooled';

-- ---------------------------------------------------------------- functions
-- what an attacker would pass: for each parameter what is right for its name and type, then what is another tenant's
create function pg_temp.own(p_name text, p_type regtype) returns text language sql as $$
    select case
        when p_type = 'uuid'::regtype then coalesce(
            (select k.value from adversary.known k
              where k.name like 'a\_%' and position(regexp_replace(substr(k.name, 3), '(ies|s)$', '') in p_name) > 0 and k.value ~ '^[0-9a-f]{8}-' order by length(k.name) desc limit 1), '{a}')
        when p_type in ('text'::regtype, 'name'::regtype, 'character varying'::regtype) then case
            when p_name ~ 'phone' then '{a_phone}' when p_name ~ 'inbox' then '{a_inbox}' when p_name ~ 'provider' then 'evolution'
            when p_name ~ 'external' then '{a_external}' when p_name ~ 'kind' then 'note' when p_name ~ 'channel' then 'api'
            when p_name ~ 'key' then '{a_key}' when p_name ~ 'scope' then 'api' when p_name ~ 'role' then 'user'
            when p_name ~ 'table' then 'prosa.messages' else 'x' end
        when p_type in ('jsonb'::regtype, 'json'::regtype) then case
            when p_name ~ 'messages' then '[{"conversation_id": "{a_conversations}", "role": "user", "content": "x"}]'
            when p_name ~ 'payload' then '{"event": "messages.upsert", "instance": "{a_inbox}", "data": {"key": {"remoteJid": "{a_phone}@s.whatsapp.net", "id": "{a_external}", "fromMe": false}, "message": {"conversation": "x"}}}'
            when p_name ~ 'identities' then '[{"kind": "phone", "value": "{a_phone}"}]'
            else '{}' end
        when p_type = 'uuid[]'::regtype then '{{a}}'
        when p_type::text like '%[]' then '{}'
        when p_type::text ~ '^(public\.)?(vector|halfvec)$' then '[1,0,0]'
        when p_type in ('integer'::regtype, 'bigint'::regtype, 'smallint'::regtype, 'double precision'::regtype, 'real'::regtype, 'numeric'::regtype) then '1'
        when p_type = 'boolean'::regtype then 'true'
        when p_type in ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) then '2026-01-01'
        when p_type = 'interval'::regtype then '1 day'
        when p_type = 'regclass'::regtype then 'prosa.messages'
        when p_type = 'bytea'::regtype then '\x00'
    end
$$;
create function pg_temp.foreign_values(p_type regtype) returns setof text language sql as $$
    select k.value from adversary.known k
     where p_type = 'uuid'::regtype and k.name ~ '^[bc](_|$)' and k.value ~ '^[0-9a-f]{8}-'
        or p_type in ('text'::regtype, 'name'::regtype) and k.name ~ '^[bc]_' and k.name not in ('b_key', 'b_upper', 'b_bare') and (k.value !~ '^[0-9a-f]{8}-' or k.name = 'b_messages')
    union all
    select case p_type when 'uuid[]'::regtype then '{{b},{b_messages},{b_conversations}}' when 'text[]'::regtype then '{{b},{b_messages},{b_inbox}}' end
     where p_type in ('uuid[]'::regtype, 'text[]'::regtype)
    union all
    select 'prosa.messages' where p_type in ('text'::regtype, 'name'::regtype, 'regclass'::regtype)
    union all
    select $q$x'); set app.tenant_id = '{b}'; select * from prosa.messages; --$q$ where p_type = 'text'::regtype
    union all
    select j from (select (select jsonb_object_agg(n, v) from (
                       select regexp_replace(substr(k.name, 3), '(ie)?s$', '') || '_id' as n, k.value as v from adversary.known k where k.name like 'b\_%' and k.value ~ '^[0-9a-f]{8}-'
                       union all values ('role', 'user'), ('content', 'x'), ('kind', 'message'), ('id', '{b_messages}'), ('item_id', '{b_messages}'), ('tenant_id', '{b}'), ('embedding', '[1,0,0]'),
                                        ('external_id', '{b_external}'), ('instance', '{b_inbox}'), ('value', '{b_phone}'), ('key', '{b_slug}')) x) as o) o
      cross join lateral (values (o.o::text), (jsonb_build_array(o.o)::text),
                                 ('{"event": "messages.upsert", "instance": "{b_inbox}", "data": {"key": {"remoteJid": "{b_phone}@s.whatsapp.net", "id": "{b_external}", "fromMe": false}, "message": {"conversation": "x"}}}'),
                                 ('{"event": "messages.update", "instance": "{a_inbox}", "data": {"keyId": "{b_external}", "status": "READ"}}'),
                                 ('[{"kind": "phone", "value": "{b_phone}"}]')) j (j)
     where p_type in ('jsonb'::regtype, 'json'::regtype)
$$;
create function pg_temp.calls(p_function oid) returns table (what text, statement text) language plpgsql as $$
declare
    v_name constant text := (select format('%s%I.%I', case p.prokind when 'p' then 'call ' else 'select ' end, n.nspname, p.proname) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.oid = p_function);
    v_names constant text[] := (select coalesce(p.proargnames, '{}') from pg_proc p where p.oid = p_function);
    v_types constant regtype[] := (select p.proargtypes::oid[]::regtype[] from pg_proc p where p.oid = p_function);
    v_own text[] := '{}';
    v_foreign text;
    v_alien text[];
begin
    for i in 1..coalesce(cardinality(v_types), 0) loop
        v_own[i] := coalesce(format('%L::%s', pg_temp.own(coalesce(v_names[i], ''), v_types[i - 1 + array_lower(v_types, 1)]), v_types[i - 1 + array_lower(v_types, 1)]), 'null');
    end loop;
    return query select 'own', format('%s(%s)', v_name, array_to_string(v_own, ', '));
    v_alien := v_own;
    for i in 1..cardinality(v_own) loop
        for v_foreign in select distinct f from pg_temp.foreign_values(v_types[i - 1 + array_lower(v_types, 1)]) f loop
            v_alien[i] := format('%L::%s', v_foreign, v_types[i - 1 + array_lower(v_types, 1)]);
            return query select format('parameter %s', i), format('%s(%s)', v_name, array_to_string(v_own[:i - 1] || v_alien[i] || v_own[i + 1:], ', '));
        end loop;
    end loop;
    if v_alien <> v_own then
        return query select 'all', format('%s(%s)', v_name, array_to_string(v_alien, ', '));
    end if;
end
$$;
create temporary table callable as
select p.oid, p.oid::regprocedure::text as name, n.nspname = 'prosa' as is_ours,
       n.nspname = 'prosa' or p.provolatile <> 'v' as is_compared  -- what others' volatile functions return may be random
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
   and not 'internal'::regtype = any (p.proargtypes::oid[]) and not 'cstring'::regtype = any (p.proargtypes::oid[])
   and (n.nspname = 'prosa' or p.oid in (select d.objid from pg_depend d join pg_extension e on e.oid = d.refobjid
                                          where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
                                            and e.extname in ('pgcrypto', 'vector', 'pg_partman', 'dblink')));
create temporary table call as
select f.name, f.is_ours, f.is_compared, has_function_privilege('prosa_app', f.oid, 'execute') as is_granted,
       has_function_privilege('prosa_monitor', f.oid, 'execute') and f.is_ours as is_monitored, c.what, c.statement from callable f cross join lateral pg_temp.calls(f.oid) c;
insert into adversary.thought (login, session, context, family, what, script, is_compared)
select c.login, c.session, c.name, 'function', f.what || ' of ' || f.name,
       concat_ws(E'\n', nullif(c.before, ''), 'begin\; ' || coalesce(nullif(c.opening, '') || '\; ', '') || f.statement || ';', 'rollback;', nullif(c.after, '')), f.is_compared and c.login <> 'monitor'
  from call f join adversary.context c
    on c.name = 'own' and (f.is_ours and f.is_granted or f.what = 'own' or f.what = 'all' and f.name ~ 'prosa|part')
    or f.is_ours and f.is_granted and f.what in ('own', 'all') and c.login in ('app', 'bound') and c.session in ('plain', 'pooled')
    or f.what = 'own' and f.is_monitored and c.name = 'monitor';

-- ---------------------------------------------------------------- the catalogue of the server
insert into adversary.thought (login, session, context, family, what, script, is_compared)
select c.login, c.session, c.name, 'catalogue', s.statement,
       concat_ws(E'\n', nullif(c.before, ''), 'begin\; ' || coalesce(nullif(c.opening, '') || '\; ', '') || s.statement || ';', 'rollback;', nullif(c.after, '')), false
  from adversary.context c cross join (
       -- what describes the code of others' software holds no data of tenants, and much text
       select format('select * from %I.%I', n.nspname, r.relname) || case when r.relname = 'pg_stat_activity' then ' where datname = current_database()' else '' end from pg_class r join pg_namespace n on n.oid = r.relnamespace
        where n.nspname in ('pg_catalog', 'information_schema') and r.relkind in ('r', 'v')
          and r.relname !~ '^pg_(proc|attribute|description|depend|operator|amop|amproc|cast|collation|conversion|ts_.*|opclass|opfamily|type|timezone_.*|init_privs|rewrite|rules|aggregate)$'
          and r.relname !~ '^(column.*|routine.*|parameters|sql_.*|attributes|user_defined.*|.*privileges|.*grants|.*usage|element_types|collations|collation_.*)$'
       union all
       select * from unnest(array[
           'select a.attrelid::regclass, a.* from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = ''prosa''::regnamespace and a.attmissingval is not null',
           'select pg_get_expr(relpartbound, oid) from pg_class where relispartition',
           'select pg_get_viewdef(oid) from pg_class where relkind in (''v'', ''m'') and relnamespace = ''prosa''::regnamespace',
           'select * from pg_statistic_ext_data', 'select lo_get(oid) from pg_largeobject_metadata', 'select lo_import(''/etc/passwd'')',
           'select pg_read_file(''postgresql.conf'')', 'select pg_read_binary_file(''PG_VERSION'')', 'select * from pg_ls_dir(''.'')', 'select * from pg_ls_logdir()', 'select pg_stat_file(''.'')',
           'copy prosa.messages to ''/tmp/adversary''', 'copy prosa.messages to program ''cat''', 'copy (select 1) to program ''id''',
           'select schema_to_xml(''prosa'', true, false, '''')', 'select schema_to_xml_and_xmlschema(''prosa'', true, false, '''')', 'select database_to_xml(true, false, '''')',
           'select pg_logical_emit_message(true, ''x'', ''x'')', 'select pg_create_logical_replication_slot(''x'', ''test_decoding'')',
           'create extension dblink', 'create extension pageinspect', 'create extension file_fdw', 'create language plpython3u', 'load ''auto_explain''',
           'set session_preload_libraries = ''auto_explain''', 'set log_statement = ''all''', 'set session_replication_role = replica', 'alter system set log_statement = ''all''',
           'set backtrace_functions = ''x''', 'reset backtrace_functions', 'alter role current_user set backtrace_functions = ''x''', 'create function {schema}.n() returns integer language sql set backtrace_functions from current as ''select 1''',
           'set role prosa_owner', 'set role prosa_admin', 'set session authorization prosa_owner', 'alter role current_user superuser', 'alter role current_user bypassrls', 'grant prosa_admin to current_user',
           'reassign owned by prosa_owner to current_user', 'drop owned by prosa_owner', 'alter schema prosa owner to current_user', 'create table prosa.x (y integer)', 'drop schema prosa cascade', 'drop extension prosa cascade',
           'create or replace function prosa.current_tenant_id() returns uuid language sql as ''select null::uuid''', 'alter function prosa.current_tenant_id() owner to current_user', 'drop function prosa._context_tenant()',
           'select * from public.part_config', 'insert into public.part_config select * from public.part_config', 'update public.part_config set retention = ''1 day''', 'create event trigger e on ddl_command_end execute function {schema}.trap()',
           'create publication p for all tables', 'create subscription s connection ''x'' publication p', 'security label on table prosa.messages is ''x''', 'comment on table prosa.messages is ''x''', 'vacuum prosa.messages',
           'cluster prosa.messages', 'reindex table prosa.messages', 'refresh materialized view prosa.context_secret', 'select * from pg_get_publication_tables(''x'')', 'prepare transaction ''x''', 'select pg_export_snapshot()'])) s (statement)
 where c.name in ('own', 'forged, the tenant changed', 'bound, own', 'monitor');

-- ---------------------------------------------------------------- questions about one value
-- An answer must not depend on whether another tenant has the value: each question is asked of a value of another tenant and of
-- one that nobody has. Leakproof conditions may run before a policy, and a plan made before needs no context to be run.
create temporary table probe (relation text, attname name, type regtype, value text, absent text);
do $$
declare
    v_column record;
    v_value text;
begin
    for v_column in
        select r.name, r.tenant_column, a.attname, a.atttypid::regtype as type from adversary.relation r join pg_attribute a on a.attrelid = r.oid
         where r.is_readable and r.relkind in ('r', 'p') and r.tenant_column is not null and a.attnum > 0 and not a.attisdropped
           and a.atttypid in ('text'::regtype, 'uuid'::regtype, 'timestamptz'::regtype)
    loop
        execute format('select min(%I::text) from %s where %I::text = adversary.fill(''{b}'') and %1$I::text not in (select coalesce(%1$I::text, '''') from %2$s where %3$I::text <> adversary.fill(''{b}''))',
                       v_column.attname, v_column.name, v_column.tenant_column) into v_value;
        if v_value is not null then
            -- the same but for its last letter or digit
            insert into probe values (v_column.name, v_column.attname, v_column.type, v_value,
                case v_column.type when 'timestamptz'::regtype then (v_value::timestamptz + interval '1 microsecond')::text
                     else overlay(v_value placing case right(v_value, 1) when '7' then '8' else '7' end from length(v_value)) end);
        end if;
    end loop;
end
$$;
insert into adversary.thought (login, session, context, family, what, script, is_compared, is_paired)
select c.login, 'probe', c.name, 'question', format('%s: %s.%s', q.name, p.relation, p.attname),
       concat_ws(E'\n', format('set plan_cache_mode = force_generic_plan; set enable_seqscan = %s; set enable_indexscan = %s; set enable_bitmapscan = %2$s;', q.by_sequence, q.by_index),
                 format('prepare q (%s) as select count(*) from %s where %I = $1;', p.type, format(q.source, p.relation, p.attname), p.attname),
                 'begin\; ' || coalesce(nullif(c.opening, '') || '\; ', '') || format('execute q (%L);', x.value), 'rollback;',
                 'begin\; ' || coalesce(nullif(c.opening, '') || '\; ', '') || format('%s execute q (%L);', case when q.name <> 'is it in a union' then 'explain (analyze, buffers, costs off, timing off, summary off)' end, x.value), 'rollback;',
                 'deallocate q;'),
       false, x.value
  from probe p cross join lateral (values (p.value), (p.absent)) x (value)
 cross join (values ('is it there', 'on', 'off', '%1$s'), ('is it in an index', 'off', 'on', '%1$s'),
                    -- in a union the question comes before the policy; it must not be told by an answer (see docs/security.md for the plan)
                    ('is it in a union', 'on', 'off', '(select %2$I from %1$s union all select %2$I from %1$s) u')) q (name, by_sequence, by_index, source)
  join adversary.context c on c.name in ('none', 'wrong, malformed', 'own', 'bound, own');

update adversary.thought set script = adversary.fill(adversary.fill(script)), what = adversary.fill(what) where script ~ '[{]' or what ~ '[{]';
