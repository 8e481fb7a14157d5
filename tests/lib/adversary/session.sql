-- What an attacker brings into a session. psql variables: schema, session, b, live_seal, live_note.
\set QUIET on
create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice 'leaked: %', $1; return true; end $$;
select set_config('zz.live_seal', :'live_seal', false), set_config('zz.live_note', :'live_note', false) \g /dev/null
select :'session' = 'pooled' as is_pooled \gset
\if :is_pooled
    -- left behind in a connection that the next tenant will use
    prepare left_count as select count(*) from prosa.messages;
    prepare left_rows as select * from prosa.messages;
    create temporary table messages (tenant_id uuid, content text);
    create temporary table tenants (id uuid, slug text);
    create temporary table system_config as select 'tenant_context'::text as key, '"plain"'::jsonb as value;
    create temporary table tenant_roles as select :'b'::uuid as tenant_id, session_user as role_name;
    create temporary view context_secret as select '\x00'::bytea as secret;
    set plan_cache_mode = force_generic_plan;
    set search_path = :schema, pg_temp, pg_catalog;
\endif
