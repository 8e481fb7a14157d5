create or replace function prosa._install()
    returns text
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    set client_min_messages = warning
as $$
declare
    v_file record;
    v_recorded text;
    v_role constant text := current_setting('role');
begin
    if not (select r.rolsuper from pg_roles r where r.rolname = current_user) then
        raise exception using
            errcode = 'insufficient_privilege',
            message = 'prosa.install() must be run by a superuser',
            hint = 'It creates tables as prosa_owner and grants that role the configuration of pg_partman.';
    end if;
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception using
            errcode = 'feature_not_supported',
            message = format('the database is encoded in %s', current_setting('server_encoding')),
            hint = 'CREATE DATABASE … ENCODING ''UTF8'' TEMPLATE template0, and install there.';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('prosa.install', 0));
    perform prosa._grant_partman();

    set local role prosa_owner;
    create table if not exists prosa.schema_migrations (
        version integer not null,
        area text not null,
        checksum text not null,
        applied_at timestamptz not null default now(),
        constraint schema_migrations_pkey primary key (version)
    );
    comment on table prosa.schema_migrations is 'Which files of the schema install() has run.';
    for v_file in
        select f.version, f.area, f.checksum, f.body from prosa._schema_files() f order by f.version nulls last, f.area desc
    loop
        if v_file.version is not null then
            select m.checksum into v_recorded from prosa.schema_migrations m where m.version = v_file.version;
            if found then
                if v_recorded <> v_file.checksum then
                    raise exception using
                        errcode = 'object_not_in_prerequisite_state',
                        message = format('migration %s (%s) is not the one that was run in this database', v_file.version, v_file.area),
                        hint = 'A released migration never changes. Install the release that this database was migrated with, then upgrade.';
                end if;
                continue;
            end if;
            insert into prosa.schema_migrations (version, area, checksum) values (v_file.version, v_file.area, v_file.checksum);
        end if;
        execute prosa._resolve_extschema(v_file.body);
    end loop;
    execute format('set local role %s', case v_role when 'none' then 'none' else quote_ident(v_role) end);
    return format('Prosa %s is installed: migrations 1 to %s', prosa.version(), (select max(m.version) from prosa.schema_migrations m));
end
$$;
comment on function prosa._install() is 'install(), leaving behind the search_path that pg_partman sets for the session.';
