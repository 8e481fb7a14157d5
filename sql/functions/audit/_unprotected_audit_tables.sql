create or replace function prosa._unprotected_audit_tables()
    returns setof regclass
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return query
    select c.oid::regclass
      from pg_class c
     where (c.oid = 'prosa.audit_log'::regclass
            or exists (select from pg_inherits h where h.inhrelid = c.oid and h.inhparent = 'prosa.audit_log'::regclass))
       and not (c.relrowsecurity and c.relforcerowsecurity
                and not has_table_privilege('prosa_owner', c.oid, 'update, delete, truncate')
                -- before update or delete for each row; before truncate for each statement
                and array(select t.tgtype from pg_trigger t
                           where t.tgrelid = c.oid and t.tgfoid = 'prosa._refuse_change()'::regprocedure and t.tgenabled = 'A'
                           order by t.tgtype) = '{27,34}')
     order by c.relname;
end
$$;
comment on function prosa._unprotected_audit_tables() is
'audit_log and those of its partitions that are not under forced row security, leave UPDATE, DELETE or TRUNCATE to their owner, or lack a trigger that refuses them.';
