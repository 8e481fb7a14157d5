-- A tenant with rows in every table, and something nobody can guess in every column of text or JSON that takes it.
-- psql variables: name (a secret too), phone (of a contact that no other tenant has).
begin;
\ir ../../pgtap/lib/personas.sql
\o /dev/null
select prosa.create_tenant(:'name', 'enterprise', :'name') as id \gset
select pg_temp.populate(:'id', :'name');
select prosa.refresh_consumption_summary();
select pg_temp.new_conversation(:'id', :'phone');
-- of every tenant, some consumption is not summed
select pg_temp.say(t.id, (select min(c.id::text)::uuid from prosa.conversations c where c.tenant_id = t.id), t.slug || ' not summed') from prosa.tenants t;
select pg_temp.new_inbox(:'id', :'name' || ' inbox');
-- settling ends blocks that are not true
insert into prosa.quota_blocks (tenant_id, until) select t.id, '2020-01-01Z' from prosa.tenants t on conflict do nothing;
-- bindings of roles that the catalogue has not, so that no table is empty
insert into prosa.tenant_roles (tenant_id, role_name) values (:'id', :'name');

create function pg_temp.marker() returns text language sql volatile as $$ select 'mk' || left(replace(gen_random_uuid()::text, '-', ''), 12) $$;

-- as a replica, so that triggers keep still; columns of keys are left, so that rows can still be found
create function pg_temp.mark(p_tenant_id uuid) returns void language plpgsql as $$
declare
    v_column record;
    v_shape text;
begin
    set local session_replication_role = replica;
    for v_column in
        select c.oid::regclass as relation, a.attname, a.atttypid::regtype as type, t.attname as tenant_column
          from pg_class c join pg_attribute a on a.attrelid = c.oid
          join pg_attribute t on t.attrelid = c.oid and t.attname = case c.relname when 'tenants' then 'id' else 'tenant_id' end
         where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           -- roles, models and the kind of an agent are no content where consumption is counted by them; a language is none anywhere
           and a.attname not in ('agent_type', 'language') and (c.relname, a.attname) not in (('message_outbox', 'role'), ('message_outbox', 'model'))
           and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'json'::regtype, 'tsvector'::regtype)
           and not exists (select from pg_index i where i.indrelid = c.oid and i.indisunique
                              and (a.attnum = any (i.indkey::smallint[]) or exists (select from pg_depend d where d.objid = i.indexrelid and d.refobjid = c.oid and d.refobjsubid = a.attnum)))
           and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey))
    loop
        foreach v_shape in array array['pg_temp.marker()', 'format(''{"note": "%s"}'', pg_temp.marker())', 'format(''"%s"'', pg_temp.marker())'] loop
            begin
                execute format('update %s set %I = (%s)::%s where %I = %L', v_column.relation, v_column.attname,
                               v_shape, v_column.type, v_column.tenant_column, p_tenant_id);
                exit;
            -- another shape, or a column of fixed values; the audit log takes no update
            exception when check_violation or data_exception or syntax_error or insufficient_privilege then
                raise debug '% does not take a marker of this shape: %', v_column, sqlerrm;
            end;
        end loop;
    end loop;
end
$$;
select pg_temp.mark(:'id');
commit;
