create or replace function prosa._lint_roles()
    returns table (rule text, object text, detail text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
with recursive group_role as (
    select r.* from pg_roles r where r.rolname in ('prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor', 'prosa_keyring')
), membership (login, role) as (
    select r.oid, m.roleid from pg_roles r join pg_auth_members m on m.member = r.oid where r.rolcanlogin
    union
    select s.login, m.roleid from membership s join pg_auth_members m on m.member = s.role
), power (role, name) as (
    select r.oid, a.name
      from pg_roles r
     cross join lateral (values (r.rolsuper, 'SUPERUSER'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcreaterole, 'CREATEROLE'),
                                (r.rolcreatedb, 'CREATEDB'), (r.rolreplication, 'REPLICATION')) a (held, name)
     where a.held
)
select 'role_too_powerful', quote_ident(r.rolname), 'is ' || string_agg(p.name, ', ' order by p.name)
  from group_role r
  join (select * from power union all select oid, 'LOGIN' from group_role where rolcanlogin) p on p.role = r.oid
 group by r.rolname
union all
-- to read the server's statistics is part of looking after it; the keyring reads files once set_key_directory() said which
select 'role_with_membership', quote_ident(r.rolname), 'is a member of ' || string_agg(pg_get_userbyid(m.roleid), ', ' order by m.roleid)
  from group_role r join pg_auth_members m on m.member = r.oid
 where not (r.rolname in ('prosa_admin', 'prosa_monitor') and pg_get_userbyid(m.roleid) = 'pg_monitor')
   and not (r.rolname = 'prosa_keyring' and pg_get_userbyid(m.roleid) = 'pg_read_server_files')
 group by r.rolname
union all
select 'owner_login', quote_ident(pg_get_userbyid(s.login)), 'is a member of prosa_owner, which sees every tenant and may change everything'
  from membership s
 where s.role = to_regrole('prosa_owner')
union all
select 'owner_login', quote_ident(pg_get_userbyid(s.login)), 'is a member of prosa_keyring, which reads the server''s files'
  from membership s
 where s.role = to_regrole('prosa_keyring')
union all
select 'application_login_too_powerful', quote_ident(pg_get_userbyid(s.login)), 'is in prosa_app, and also ' || string_agg(p.name, ', ' order by p.name)
  from membership s
  join (select * from power
        union all
        select o.login, 'in ' || g.rolname from membership o join pg_roles g on g.oid = o.role
         where g.rolname in ('prosa_admin', 'prosa_worker', 'pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
                             'pg_write_server_files', 'pg_execute_server_program')) p on p.role = s.login and p.name <> 'CREATEDB'
 where s.role = to_regrole('prosa_app')
 group by s.login
union all
select 'context_parameter_granted', case a.grantee when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end,
       'may ' || string_agg(a.privilege_type, ' and ' order by a.privilege_type) || ' ' || p.parname
  from pg_parameter_acl p cross join lateral aclexplode(p.paracl) a
 where p.parname = 'backtrace_functions' and not (a.grantee = to_regrole('prosa_owner') and a.privilege_type = 'SET')
   and not exists (select from pg_roles r where r.oid = a.grantee and r.rolsuper)
 group by p.parname, a.grantee
union all
-- whose objects stand beside those that Prosa's statements name
select 'extension_schema_writable', quote_ident(e.extname), format('%s may create objects in its schema %I',
           case a.grantee when 0 then 'PUBLIC' else pg_get_userbyid(a.grantee) end, n.nspname)
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace cross join lateral aclexplode(n.nspacl) a
 where e.extname in ('vector', 'pgcrypto', 'pg_partman') and a.privilege_type = 'CREATE'
   and (a.grantee = 0 or a.grantee in (to_regrole('prosa_app'), to_regrole('prosa_worker'), to_regrole('prosa_monitor')))
$$;
comment on function prosa._lint_roles() is 'lint(): the roles, their members and the schemas of the extensions, which are the whole database''s.';
