-- What attackers keep in a schema of their own: leaky operators, and objects of the names that Prosa and PostgreSQL use.
-- psql variable: schema.
create function :schema.leak(text, text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'leaked: % %', $1, $2; return true; end $$;
create function :schema.leak(uuid, uuid) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'leaked: % %', $1, $2; return true; end $$;
create operator :schema.<<< (function = :schema.leak, leftarg = text, rightarg = text);
create operator :schema.<<< (function = :schema.leak, leftarg = uuid, rightarg = uuid, restrict = scalarltsel, join = scalarltjoinsel);
create function :schema.trap() returns trigger language plpgsql as $$ begin raise notice 'trapped: %', new; return new; end $$;
create function :schema.left_behind() returns bigint language plpgsql as $$ begin return (select count(*) from prosa.messages); end $$;

create operator :schema.= (function = :schema.leak, leftarg = uuid, rightarg = uuid);
create operator :schema.= (function = :schema.leak, leftarg = text, rightarg = text);
create operator :schema.|| (function = :schema.leak, leftarg = text, rightarg = text);
create domain :schema.uuid as pg_catalog.uuid;
create domain :schema.jsonb as pg_catalog.jsonb;
create function :schema.current_tenant_id() returns pg_catalog.uuid language plpgsql as $$ begin raise notice 'trapped'; return null; end $$;
create function :schema._require_tenant(pg_catalog.uuid default null) returns pg_catalog.uuid language plpgsql as $$ begin raise notice 'trapped %', $1; return $1; end $$;
create function :schema._open_context(pg_catalog.uuid, timestamptz default null) returns void language plpgsql as $$ begin raise notice 'trapped %', $1; end $$;
create function :schema.set_config(text, text, boolean) returns text language plpgsql as $$ begin raise notice 'trapped % %', $1, $2; return $2; end $$;
create function :schema.strpos(text, text) returns integer language plpgsql as $$ begin raise notice 'trapped % %', $1, $2; return 1; end $$;
create function :schema.replace(text, text, text) returns text language plpgsql as $$ begin raise notice 'trapped %', $1; return $1; end $$;
create function :schema.current_setting(text, boolean default false) returns text language plpgsql as $$ begin raise notice 'trapped'; return 'x'; end $$;
create function :schema.pg_has_role(name, text, text) returns boolean language plpgsql as $$ begin raise notice 'trapped'; return true; end $$;
create function :schema.sha256(bytea) returns bytea language plpgsql as $$ begin raise notice 'trapped %', $1; return $1; end $$;
create function :schema.now() returns timestamptz language plpgsql as $$ begin raise notice 'trapped'; return '2000-01-01'; end $$;
