-- Roles belong to the cluster, not to the extension: they are made where they are missing and outlive it.
do $$
declare
    v_role text;
begin
    foreach v_role in array array['prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_admin', 'prosa_monitor', 'prosa_keyring'] loop
        if not exists (select from pg_roles where rolname = v_role) then
            begin
                execute format('create role %I nologin nosuperuser nocreatedb nocreaterole nobypassrls', v_role);
            exception when duplicate_object or unique_violation then
                raise debug 'role % was created by someone else meanwhile', v_role;
            end;
        end if;
    end loop;
    if exists (select from pg_roles where rolname like 'prosa\_%' and rolname = any (array['prosa_owner', 'prosa_app', 'prosa_worker', 'prosa_keyring'])
               and (rolsuper or rolbypassrls)) then
        raise exception using
            errcode = 'invalid_role_specification',
            message = 'a role of Prosa is superuser or bypasses row security',
            hint = 'ALTER ROLE prosa_owner, prosa_app, prosa_worker and prosa_keyring NOSUPERUSER NOBYPASSRLS, then try again.';
    end if;
end
$$;
comment on role prosa_owner is 'Owns the tables and functions of Prosa; nobody logs in as it';
comment on role prosa_app is 'A tenant''s application: reads under row security, writes through functions';
comment on role prosa_worker is 'Jobs: claims queues, runs maintenance';
comment on role prosa_admin is 'The platform''s operator: sees every tenant';
comment on role prosa_monitor is 'Reads metrics';
comment on role prosa_keyring is 'Owns the one function that reads the server''s key files; may do nothing else';

-- so that Prosa can note the tenant of a transaction where nobody else can (see current_tenant_id)
do $$
begin
    grant set on parameter backtrace_functions to prosa_owner;
exception when insufficient_privilege then
    raise warning using
        message = 'prosa_owner may not set backtrace_functions: every statement will verify an HMAC',
        hint = 'As a superuser: GRANT SET ON PARAMETER backtrace_functions TO prosa_owner;';
end
$$;

revoke all on schema prosa from public;
grant usage, create on schema prosa to prosa_owner;
grant usage on schema prosa to prosa_app, prosa_worker, prosa_admin, prosa_monitor;

-- the types and operators of the extensions that Prosa's interface shows
do $$
declare
    v_schema text;
begin
    for v_schema in
        select distinct n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
         where e.extname in ('vector', 'pgcrypto', 'pg_partman') and n.nspname <> 'prosa'
    loop
        execute format('grant usage on schema %I to prosa_owner, prosa_app, prosa_worker, prosa_admin, prosa_monitor', v_schema);
    end loop;
end
$$;
