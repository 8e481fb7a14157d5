-- What an attacker may know of its own tenant (a) and of another one (b), and what must never come back from the other ones.
-- psql variables: own, other, third (names of the tenants); app, bound (logins); schema (theirs). In schema adversary, which the attackers have no right to.
set client_min_messages = warning;
create schema adversary;
create table adversary.known (name text primary key, value text not null);
-- every word that stands in a row of a tenant that is not the attacker's and could not stand anywhere else
create table adversary.secret (word text primary key);

create view adversary.tenant_table as
select c.oid, c.oid::regclass as relation, case c.relname when 'tenants' then 'id' else 'tenant_id' end as tenant_column
  from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
   and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = case c.relname when 'tenants' then 'id' else 'tenant_id' end);

-- ids (8-4-4-4-12), markers (mk…), names (adv…), phones
create function adversary.words(p_text text) returns setof text language sql immutable as
$$ select distinct m[1] from regexp_matches(lower(p_text), '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mk[0-9a-f]{12}|adv[0-9a-f]{12}|\d{13}', 'g') m $$;

create function adversary.rows_of(p_tenant_id uuid) returns table (relation regclass, line text) language plpgsql as $$
declare
    v_table record;
begin
    for v_table in select * from adversary.tenant_table loop
        return query execute format('select %L::regclass, r.ctid::text || r.xmin::text || r::text from %s r where r.%I = %L', v_table.relation, v_table.relation, v_table.tenant_column, p_tenant_id);
    end loop;
end
$$;

-- tables, words and rows of everybody but the attacker
create function adversary.fingerprint() returns text language sql as $$
    select md5(string_agg(r.relation || r.line, E'\n' order by r.relation, r.line))
      from prosa.tenants t cross join lateral adversary.rows_of(t.id) r
     where t.id::text <> (select value from adversary.known where name = 'a')
$$;

insert into adversary.known (name, value)
select n.name, t.id from (values ('a', :'own'), ('b', :'other'), ('c', :'third')) n (name, slug) join prosa.tenants t using (slug);
insert into adversary.secret (word)
select distinct w from prosa.tenants t cross join lateral adversary.rows_of(t.id) r cross join lateral adversary.words(r.line) w
 where t.slug <> :'own'
except
select w from prosa.tenants t cross join lateral adversary.rows_of(t.id) r cross join lateral adversary.words(r.line) w
 where t.slug = :'own';

-- one id of each table that has ids, for each of the two
do $$
declare
    v_table record;
begin
    for v_table in
        select t.*, c.relname from adversary.tenant_table t join pg_class c using (oid)
         where exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'id' and a.atttypid = 'uuid'::regtype)
    loop
        execute format('insert into adversary.known select k.name || ''_%s'', min(r.id::text) from adversary.known k join %s r on r.%I::text = k.value where k.name in (''a'', ''b'') group by k.name',
                       v_table.relname, v_table.relation, v_table.tenant_column);
    end loop;
end
$$;
insert into adversary.known (name, value)
select k.name || '_phone', min(i.value) from adversary.known k join prosa.contact_identities i on i.tenant_id::text = k.value
 where k.name in ('a', 'b') and i.value <> '5511912345678' group by k.name
union all
select k.name || '_inbox', min(i.name) from adversary.known k join prosa.inboxes i on i.tenant_id::text = k.value
 where k.name in ('a', 'b') and i.name like '% inbox' group by k.name
union all
select k.name || '_external', min(l.external_id) from adversary.known k join prosa.message_ledger l on l.tenant_id::text = k.value where k.name in ('a', 'b') group by k.name
union all
select k.name || '_slug', t.slug from adversary.known k join prosa.tenants t on t.id::text = k.value
union all
select 'c_key_mistyped', format('prosa_%s_%s', replace(k.value, '-', ''), encode(sha256(k.value::bytea), 'hex')) from adversary.known k where k.name = 'c'
union all
select k.name || '_word', min(m.content) from adversary.known k join prosa.messages m on m.tenant_id::text = k.value where k.name in ('a', 'b') group by k.name
union all
-- keys: good ones, and those that are good for nothing
select k.name || '_key', prosa.create_api_key(k.value::uuid, 'good') from adversary.known k where k.name in ('a', 'b')
union all
select 'b_key_webhook', prosa.create_api_key(k.value::uuid, 'webhook', '{webhook}', inbox_id => (select min(i.id::text)::uuid from prosa.inboxes i where i.tenant_id::text = k.value))
  from adversary.known k where k.name = 'b'
union all
select 'b_key_expired', prosa.create_api_key(k.value::uuid, 'expired', expires_at => now() - interval '1 minute') from adversary.known k where k.name = 'b'
union all
select 'b_key_revoked', prosa.create_api_key(k.value::uuid, 'revoked') from adversary.known k where k.name = 'b';
select prosa.revoke_api_key(k.tenant_id, k.id) from prosa.list_api_keys() k where k.name = 'revoked' \g /dev/null
insert into adversary.known (name, value)
select 'b_key_mistyped', overlay(value placing case substr(value, 50, 1) when '0' then '1' else '0' end from 50 for 1) from adversary.known where name = 'b_key'
union all
select 'b_upper', upper(value) from adversary.known where name = 'b'
union all
select 'b_bare', replace(value, '-', '') from adversary.known where name = 'b'
union all
values ('app', :'app'), ('bound', :'bound'), ('schema', :'schema');

-- {name} stands for what is known under it
create function adversary.fill(p_text text) returns text language plpgsql stable as $$
declare
    v_known adversary.known;
begin
    for v_known in select * from adversary.known loop
        p_text := replace(p_text, '{' || v_known.name || '}', v_known.value);
    end loop;
    return p_text;
end
$$;

-- what a good key leaves behind for five minutes is there before anything is compared
begin;
select prosa.authenticate(value) from adversary.known where name in ('a_key', 'b_key') \g /dev/null
commit;
analyze;
