-- verify_audit_chain() finds whatever was done to a chain, and nothing in one that is intact.
begin;
\ir lib/personas.sql
select plan(53);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select prosa.set_tenant_setting(:'sorriso', 'k' || i, to_jsonb(i)) from generate_series(1, 9) i \g /dev/null
select prosa.set_tenant_setting(:'harbor', 'k' || i, to_jsonb(i)) from generate_series(1, 3) i \g /dev/null
select set_config('prosa_test.sorriso', :'sorriso', true) \g /dev/null
create function pg_temp.found(p_from timestamptz default null, p_to timestamptz default null) returns text language sql as
$$ select coalesce(string_agg(format('%s %s', v.sequence, v.problem), ', ' order by v.sequence, v.problem), 'intact')
     from prosa.verify_audit_chain(current_setting('prosa_test.sorriso')::uuid, p_from, p_to) v $$;
-- when an entry was recorded
create function pg_temp.at(p_sequence bigint) returns timestamptz language sql as
$$ select recorded_at from prosa.audit_log where tenant_id = current_setting('prosa_test.sorriso')::uuid and sequence = p_sequence $$;
-- the hash that an entry would have
create function pg_temp.rehash(p_sequence bigint) returns setof void language sql as $$
    update prosa.audit_log l set hash = prosa._audit_hash(l.tenant_id, l.sequence, l.recorded_at, l.id, l.actor, l.role, l.application_name, l.client_addr,
           l.action, l.object, l.object_key, l.before, l.after, l.previous_hash)
     where l.tenant_id = current_setting('prosa_test.sorriso')::uuid and l.sequence = p_sequence
$$;

-- ---- intact
select is((select max(sequence) from prosa.audit_log where tenant_id = :'sorriso'), 10::bigint, 'a chain of ten');
select is(pg_temp.found(), 'intact', 'is intact');
select is(pg_temp.found(pg_temp.at(4), pg_temp.at(8)), 'intact', 'so is a part of it');
select is(pg_temp.found(pg_temp.at(10) + interval '1 second'), 'intact', 'and what comes after it');
select is(pg_temp.found(null, pg_temp.at(1)), 'intact', 'or before');
select is_empty(format('select * from prosa.verify_audit_chain(%L)', :'harbor'), 'the other tenant''s as well');
select is_empty('select * from prosa.verify_audit_chain(null)', 'and the platform''s');
select is_empty('select * from prosa.verify_audit_chain(gen_random_uuid())', 'one who never was has none');
select is((select previous_hash from prosa.audit_log where tenant_id = :'sorriso' and sequence = 1), ''::bytea, 'the first entry follows nothing');
select is((select string_agg(hash::text, ',' order by sequence) from prosa.audit_log where tenant_id = :'sorriso' and sequence < 10),
          (select string_agg(previous_hash::text, ',' order by sequence) from prosa.audit_log where tenant_id = :'sorriso' and sequence > 1), 'each of the others the one before it');
select results_eq(format('select sequence, hash, recorded_at from prosa.audit_heads where tenant_id = %L', :'sorriso'),
                  format('select sequence, hash, recorded_at from prosa.audit_log where tenant_id = %L and sequence = 10', :'sorriso'), 'the head is the last');
select is((select count(distinct hash)::integer from prosa.audit_log), (select count(*)::integer from prosa.audit_log), 'no two entries of any chains have one hash');

-- ---- the same in every session
set local timezone = 'Asia/Kolkata';
set local datestyle = 'german, dmy';
set local intervalstyle = 'iso_8601';
set local bytea_output = 'escape';
set local extra_float_digits = -15;
set local client_encoding = 'latin1';
set local search_path = pg_temp, public;
set local lc_numeric = 'C';
select is(pg_temp.found(), 'intact', 'whatever the session''s settings, it is intact');
select prosa.set_tenant_setting(:'sorriso', 'elsewhere', '"1.10 \" ação"') \g /dev/null
reset timezone; reset datestyle; reset intervalstyle; reset bytea_output; reset extra_float_digits; reset client_encoding; reset search_path; reset lc_numeric;
set local timezone = 'UTC';
select is(pg_temp.found(), 'intact', 'also of an entry that was written with them');
-- by other means: what stands in the comment of _audit_hash()
select is(l.hash, sha256(convert_to(format('["%s", %s, %s, "%s", "%s", "%s", %s, %s, "insert", "tenants", %s, null, %s, ""]', l.tenant_id, l.sequence, extract(epoch from l.recorded_at), l.id, l.actor, l.role,
              to_jsonb(l.application_name), coalesce(to_jsonb(host(l.client_addr))::text, 'null'), l.object_key, l.after), 'UTF8')), 'the hash can be computed without Prosa')
  from prosa.audit_log l where l.tenant_id = :'sorriso' and l.sequence = 1;

-- ---- tampering, as a superuser who disables the triggers
alter table prosa.audit_log disable trigger user;
select is((select count(*)::integer from pg_trigger t where t.tgfoid = 'prosa._refuse_change()'::regprocedure and t.tgname = 'audit_log_refuse_change' and t.tgenabled <> 'D'), 0, 'the triggers are off');
create temporary table original as select l.* from prosa.audit_log l where l.tenant_id = :'sorriso';
savepoint intact;

-- every column, in the middle of the chain
create function pg_temp.edited(p_column text, p_type text) returns text language plpgsql as $$
declare
    v_found text;
begin
    execute format('update prosa.audit_log set %1$I = %2$s where tenant_id = current_setting(''prosa_test.sorriso'')::uuid and sequence = 5', p_column, case
        when p_column = 'tenant_id' then '''00000000-0000-0000-0000-00000000000f'''
        when p_type = 'uuid' then 'gen_random_uuid()'
        when p_type = 'bigint' then '5000'
        when p_type = 'timestamp with time zone' then 'recorded_at + interval ''1 microsecond'''
        when p_type = 'inet' then '''192.0.2.1'''
        when p_type = 'jsonb' then format('coalesce(%I, ''{}'') || ''{"edited": null}''', p_column)
        when p_type = 'bytea' then format('sha256(%I)', p_column)
        else format('%I || ''x''', p_column) end);
    v_found := pg_temp.found();
    raise exception using errcode = 'P0999', message = v_found;
exception when sqlstate 'P0999' then
    return sqlerrm;
end
$$;
create temporary table edit as
select a.attname::text collate "default" as name, pg_temp.edited(a.attname, format_type(a.atttypid, null)) as found
  from pg_attribute a where a.attrelid = 'prosa.audit_log'::regclass and a.attnum > 0;
select is_empty($$ select * from edit where found = 'intact' $$, 'a change of any column is found');
select set_eq($$ select name from edit where found = '5 edited' $$, array['recorded_at', 'id', 'actor', 'role', 'application_name', 'client_addr', 'action', 'object', 'object_key', 'before', 'after'], 'as an entry that was edited');
select is((select found from edit where name = 'previous_hash'), '5 edited, 5 reordered', 'of the previous hash, also as one that does not follow');
select is((select found from edit where name = 'hash'), '5 edited, 6 reordered', 'of the hash, also as one that is not followed');
select is((select found from edit where name = 'sequence'), '5 removed, 11 head mismatch, 12 removed, 5000 edited', 'of the place, also as the gap it leaves and the one it makes');
select is((select found from edit where name = 'tenant_id'), '5 removed', 'of the tenant, as an entry that is gone');
select is(pg_temp.found(), 'intact', 'that was undone each time');

-- an edit by one who knows how to hash
update prosa.audit_log set actor = 'someone else' where tenant_id = :'sorriso' and sequence = 5;
select pg_temp.rehash(5);
select is(pg_temp.found(), '6 reordered', 'an edited entry with its hash made anew is not the one that the next follows');
rollback to intact;
update prosa.audit_log set actor = 'someone else' where tenant_id = :'sorriso' and sequence = 11;
select pg_temp.rehash(11);
select is(pg_temp.found(), '11 head mismatch', 'the last is not the one that the head knows');
rollback to intact;
update prosa.audit_log set recorded_at = recorded_at - interval '2 months' where tenant_id = :'sorriso' and sequence = 5;
select is(pg_temp.found(), '5 edited', 'an entry that was moved to another month');
rollback to intact;

update prosa.audit_log set recorded_at = '-infinity' where tenant_id = :'sorriso' and sequence = 5;
update prosa.audit_log set recorded_at = 'infinity' where tenant_id = :'sorriso' and sequence = 7;
update prosa.audit_log set sequence = 9223372036854775807 where tenant_id = :'sorriso' and sequence = 9;
select is(pg_temp.found(), '5 edited, 7 removed, 9 removed, 11 head mismatch, 12 removed, 9223372036854775807 edited', 'or to the ends of time and number');
rollback to intact;

-- removed
delete from prosa.audit_log where tenant_id = :'sorriso' and sequence = 5;
select is(pg_temp.found(), '5 removed', 'an entry removed from the middle');
select is((select recorded_at from prosa.verify_audit_chain(:'sorriso')), pg_temp.at(6), 'is missing before the time of the next');
delete from prosa.audit_log where tenant_id = :'sorriso' and sequence in (6, 9);
select is(pg_temp.found(), '5 removed, 9 removed', 'a gap is one finding');
select is(pg_temp.found(pg_temp.at(4), pg_temp.at(8)), '5 removed', 'in a range too');
select is(pg_temp.found(pg_temp.at(7), pg_temp.at(8)), 'intact', 'which trusts where it begins');
rollback to intact;
delete from prosa.audit_log where tenant_id = :'sorriso' and sequence = 1;
select is(pg_temp.found(), '1 removed', 'the first');
rollback to intact;
delete from prosa.audit_log where tenant_id = :'sorriso' and sequence = 11;
select is(pg_temp.found(), '11 head mismatch', 'the last');
rollback to intact;
delete from prosa.audit_log where tenant_id = :'sorriso' and sequence > 7;
select is(pg_temp.found(), '11 head mismatch', 'a tail');
select is(pg_temp.found(now() - interval '1 day'), '11 head mismatch', 'in a range that it belongs to');
rollback to intact;
delete from prosa.audit_log where tenant_id = :'sorriso';
select is(pg_temp.found(), '11 head mismatch', 'all of it');
delete from prosa.audit_heads where tenant_id = :'sorriso';
select is((select problem from prosa.verify_audit_chain(:'sorriso')), 'head mismatch', 'and the head with it');
rollback to intact;
delete from prosa.audit_heads where tenant_id = :'sorriso';
select is(pg_temp.found(), '11 head mismatch', 'the head alone');
rollback to intact;

-- reordered
update prosa.audit_log set sequence = case sequence when 5 then 6 else 5 end where tenant_id = :'sorriso' and sequence in (5, 6);
select is(pg_temp.found(), '5 edited, 5 reordered, 6 edited, 6 reordered, 7 reordered', 'two entries that changed places');
select pg_temp.rehash(5), pg_temp.rehash(6);
select is(pg_temp.found(), '5 reordered, 6 reordered, 7 reordered', 'also with hashes made anew');
rollback to intact;
update prosa.audit_log l set action = o.action, object = o.object, object_key = o.object_key, after = o.after
  from original o where l.tenant_id = :'sorriso' and l.sequence in (5, 6) and o.sequence = 11 - l.sequence;
select is(pg_temp.found(), '5 edited, 6 edited', 'or only their contents');
rollback to intact;

-- added
insert into prosa.audit_log select tenant_id, 5, recorded_at, gen_random_uuid(), actor, role, application_name, client_addr, action, 'forged', object_key, before, after, previous_hash, hash
  from prosa.audit_log where tenant_id = :'sorriso' and sequence = 6;
select is(pg_temp.found(), '5 edited, 5 forked, 5 forked, 5 reordered', 'an entry inserted under the number of another');
update prosa.audit_log l set previous_hash = o.previous_hash from original o where l.tenant_id = :'sorriso' and l.object = 'forged' and o.sequence = 5;
select pg_temp.rehash(5);
select is(pg_temp.found(), '5 forked, 5 forked', 'also with a hash and a predecessor of its own');
rollback to intact;
update prosa.audit_log set sequence = sequence + 1 where tenant_id = :'sorriso' and sequence > 4;
insert into prosa.audit_log select tenant_id, 5, recorded_at, gen_random_uuid(), actor, role, application_name, client_addr, action, 'forged', object_key, before, after, hash, hash
  from prosa.audit_log where tenant_id = :'sorriso' and sequence = 4;
select pg_temp.rehash(5);
select is(pg_temp.found(), '6 edited, 6 reordered, 7 edited, 8 edited, 9 edited, 10 edited, 11 edited, 11 head mismatch, 12 edited', 'one inserted with all that follow moved');
rollback to intact;
insert into prosa.audit_log select tenant_id, 12, recorded_at + interval '1 second', gen_random_uuid(), actor, role, application_name, client_addr, action, object, object_key, before, after, hash, hash
  from prosa.audit_log where tenant_id = :'sorriso' and sequence = 11;
select pg_temp.rehash(12);
select is(pg_temp.found(), '11 head mismatch', 'one added at the end, well linked');
rollback to intact;
update prosa.audit_heads set sequence = 5 where tenant_id = :'sorriso';
select is(pg_temp.found(), '5 head mismatch', 'a head that was set back');
select prosa.set_tenant_setting(:'sorriso', 'fork', '1') \g /dev/null
select is(pg_temp.found(), '6 forked, 6 forked, 6 head mismatch, 6 reordered', 'and the fork that it led to');
rollback to intact;

-- one tenant's chain says nothing of another's
delete from prosa.audit_log where tenant_id = :'harbor';
select is(pg_temp.found(), 'intact', 'what was done to another chain is not found in this one');
select is((select string_agg(problem, ',') from prosa.verify_audit_chain(:'harbor')), 'head mismatch', 'but in that');
rollback to intact;

-- a month that was dropped
update prosa.audit_log set recorded_at = recorded_at - interval '1 month' where tenant_id = :'sorriso' and sequence < 4;
select pg_temp.rehash(i) from generate_series(1, 3) i;
alter table prosa.audit_log enable trigger user;
select format('drop table %s', string_agg(distinct l.tableoid::regclass::text, ', ')) as drop_month from prosa.audit_log l where l.tenant_id = :'sorriso' and l.sequence < 4 \gset
:drop_month;
select is(pg_temp.found(), '1 removed', 'a month that was dropped is missing');
select is(pg_temp.found(pg_temp.at(4)), 'intact', 'what was kept is intact, from its first entry on');

-- the clock
update prosa.audit_heads set recorded_at = now() + interval '1 hour' where tenant_id = :'harbor';
select prosa.set_tenant_setting(:'harbor', 'later', '1') \g /dev/null
select is((select recorded_at from prosa.audit_log where tenant_id = :'harbor' order by sequence desc limit 1), now() + interval '1 hour', 'an entry is never dated before the one it follows, though the clock was set back');

select * from finish();
rollback;
