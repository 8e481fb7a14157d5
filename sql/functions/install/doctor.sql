create or replace function prosa.doctor()
    returns table (check_name text, ok boolean, detail text, hint text)
    language plpgsql stable parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
begin
    if to_regclass('prosa.schema_migrations') is null then
        return query select 'schema', false, 'no tables yet', 'SELECT prosa.install();';
        return;
    end if;
    return query
    select 'schema', x.missing = 0, format('%s of %s migrations applied', x.total - x.missing, x.total), 'SELECT prosa.install();'
      from (select count(*) as total, count(*) filter (where m.version is null) as missing
              from prosa._schema_files() f left join prosa.schema_migrations m on m.version = f.version
             where f.version is not null) x;

    return query
    select 'pgvector', string_to_array(e.extversion, '.')::integer[] >= array[0, 8, 0], 'version ' || e.extversion,
           'Upgrade pgvector to 0.8.0 or later; 0.8.4 mends HNSW.'
      from pg_extension e where e.extname = 'vector';

    return query
    select 'row security', x.tables is null, coalesce('not under forced row security: ' || x.tables, 'every tenant table is under forced row security'),
           'CALL prosa.maintain();'
      from (select string_agg(c.relname, ', ' order by c.relname) as tables
              from pg_class c
             where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p')
               and not (c.relrowsecurity and c.relforcerowsecurity)
               and (c.relname = 'tenants' or exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped))) x;

    return query
    select 'owner', not (r.rolsuper or r.rolbypassrls or r.rolcanlogin), 'prosa_owner ' ||
               case when r.rolsuper or r.rolbypassrls or r.rolcanlogin then 'has more than it should' else 'is neither superuser nor login' end,
           'ALTER ROLE prosa_owner NOSUPERUSER NOBYPASSRLS NOLOGIN;'
      from pg_roles r where r.rolname = 'prosa_owner';

    return query
    select 'tenant context', c.value = '"sealed"' and prosa._can_note(),
           case when c.value <> '"sealed"' then 'plain: whoever runs SQL as an application reaches every tenant'
                when not prosa._can_note() then 'sealed, but every statement verifies the seal'
                else 'sealed: a key or a bound role opens a tenant' end,
           case when c.value <> '"sealed"' then 'SELECT prosa.set_config_value(''tenant_context'', ''"sealed"'');'
                else 'GRANT SET ON PARAMETER backtrace_functions TO prosa_owner;' end
      from prosa.system_config c where c.key = 'tenant_context';

    return query
    select 'lint', count(*) = 0,
           case count(*) when 0 then 'nothing weakens isolation' else
               format('%s: ', count(*)) || string_agg(format('%s %s', l.rule, l.object), ', ' order by l.ordinality) filter (where l.ordinality <= 3)
                   || case when count(*) > 3 then ', …' else '' end end,
           'SELECT * FROM prosa.lint(); says more, and what to do.'
      from prosa.lint() with ordinality l where l.level in ('ERROR', 'WARN');

    return query
    select 'months ahead', x.missing is null, coalesce('missing: ' || x.missing, 'all there') || ', the last one of messages ends ' || x.reach,
           'CALL prosa.maintain(); and see that it is scheduled.'
      from (select string_agg(distinct t.parent || to_char(a.month, ' YYYY-MM'), ', ') filter (where m.month is null) as missing,
                   (select max(m.ends_at)::date from prosa._months('prosa.messages') m) as reach
              from prosa._monthly_tables() t
             cross join generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '2 months', interval '1 month') a (month)
              left join lateral prosa._months(t.parent) m on m.starts_at = a.month
             where t.retention <> 'none') x;

    return query
    select 'default partition', x.tables is null, coalesce('rows of months without a partition wait in ' || x.tables, 'empty'), 'CALL prosa.maintain();'
      from (select string_agg(d.name, ', ') as tables
              from (values ('messages_default', exists (select from prosa.messages_default)),
                           ('inbound_events_default', exists (select from prosa.inbound_events_default))) d (name, is_used)
             where d.is_used) x;

    return query
    select 'expired months', coalesce(min(e.detached_at) > now() - interval '2 days', true),
           case count(*) when 0 then 'none waits to be dropped'
                else format('%s, the first detached %s: ', count(*), min(e.detached_at)::timestamptz(0))
                     || string_agg(format('%s (%s)', e.name, case when e.swept_at is null then e.swept_messages || ' messages swept' else 'to be dropped' end), ', ' order by e.ends_at, e.name) end,
           'CALL prosa.enforce_retention(''2 hours''); and see that it is scheduled.'
      from prosa.expired_months e;

    return query
    select 'retention', count(*) = 0,
           case count(*) when 0 then 'no tenant has messages two days past its retention' else format('tenants with messages two days past their retention: %s', count(*)) end
               || format('; legal holds: %s', (select count(*) from prosa.legal_holds h where h.released_at is null)),
           'CALL prosa.enforce_retention(''2 hours''); and see that it is scheduled.'
      from prosa._retention() r
     cross join lateral (select from prosa.messages m
                          where m.tenant_id = r.tenant_id and m.created_at < r.cutoff - interval '2 days' limit 1) m
     -- what is held stays, and telling it apart would mean to read it
     where not r.is_held and cardinality(r.held_conversations) = 0;

    return query
    select 'audit', x.months = 3 and y.unprotected is null,
           coalesce('not append-only: ' || y.unprotected,
                    case x.months when 3 then 'append-only' else 'append-only, but it runs out of months' end || ', the last month ends ' || x.reach),
           'CALL prosa.maintain(); and see that it is scheduled.'
      from (select count(*) filter (where i.child_start_time between date_trunc('month', now()) and now() + interval '2 months') as months,
                   max(i.child_end_time)::date as reach
              from @extschema:pg_partman@.show_partitions('prosa.audit_log') p
             cross join lateral @extschema:pg_partman@.show_partition_info(
                       format('%s.%s', p.partition_schemaname, p.partition_tablename), null, 'prosa.audit_log') i) x
     cross join (select string_agg(u::text, ', ') as unprotected from prosa._unprotected_audit_tables() u) y;

    return query
    select 'Java routines', to_regprocedure('prosa._java_embed(text)') is not null,
           case when to_regprocedure('prosa._java_embed(text)') is null then 'absent: embed(), chat_complete() and reply() are refused, a worker does the rest'
                else 'installed' end,
           'Optional: CREATE EXTENSION prosa_java CASCADE; SELECT prosa.install_jar(…);';

    -- what a login sends, API keys among it, is a parameter: at some settings the server logs those
    return query
    select 'parameter logging', x.logins is null or not x.logs,
           case when x.logins is null then 'no login logs its parameters'
                when x.logs then 'the server logs statements, and with them what these send: ' || x.logins
                else 'the server logs no statements; it would log what these send: ' || x.logins end,
           'ALTER ROLE … SET log_parameter_max_length = 0; ALTER ROLE … SET log_parameter_max_length_on_error = 0;'
      from (select string_agg(r.rolname, ', ' order by r.rolname) as logins,
                   -- of pg_settings, which gives them without their units
                   current_setting('log_statement') in ('mod', 'all')
                   or exists (select from pg_settings g where g.name in ('log_min_duration_statement', 'log_min_duration_sample') and g.setting <> '-1'
                                                           or g.name = 'log_parameter_max_length_on_error' and g.setting <> '0') as logs
              from pg_roles r
             where r.rolcanlogin and not r.rolsuper and (pg_has_role(r.oid, 'prosa_app', 'member') or pg_has_role(r.oid, 'prosa_worker', 'member'))
               and (select count(distinct c) from pg_db_role_setting s cross join unnest(s.setconfig) c
                     where s.setrole = r.oid and s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
                       and c in ('log_parameter_max_length=0', 'log_parameter_max_length_on_error=0')) < 2) x;

    return query
    select 'keys', k.directory is not null, coalesce('in ' || k.directory || ', master key ' || k.master_key_id, 'none: no secret can be kept'),
           'Optional: "prosa keys init DIR" on the server, then SELECT prosa.set_key_directory(''DIR'');'
      from (select) one left join prosa.key_store k on true;

    return query
    select p.purpose || ' endpoint', coalesce(c.provider ->> 'protocol' <> 'mock', false),
           case when c.provider is null then 'none for tenants without their own'
                when c.provider ->> 'protocol' = 'mock' then 'mock: a stand-in for trying out'
                else format('%s at %s', c.provider ->> 'model', c.provider ->> 'base_url') end,
           format('SELECT prosa.set_config_value(''%s_provider'', …);', p.purpose)
      from (values ('embedding'), ('chat')) p (purpose)
     cross join lateral prosa._provider_config(null, p.purpose, false) c (provider);

    return query
    select 'embedding queue', coalesce(min(q.enqueued_at) filter (where q.failed_at is null) > now() - interval '15 minutes', true)
               and count(q.failed_at) = 0,
           format('%s waiting, %s given up, the oldest from %s', count(*) - count(q.failed_at), count(q.failed_at),
                  coalesce(min(q.enqueued_at)::timestamptz(0)::text, 'never')),
           'Start "prosa worker", or schedule process_embedding_queue(); what was given up says why in prosa.embedding_queue.last_error, see retry_dead_letters().'
      from prosa.embedding_queue q;

    return query
    select 'memory windows', x.failed = 0 and x.overdue = 0,
           format('%s conversations whose windows cannot be made, %s overdue', x.failed, x.overdue),
           'See prosa.memory_progress.last_error; schedule or run process_memory_windows(), or start "prosa worker".'
      from (select (select count(*) from prosa.memory_progress p where p.last_error is not null) as failed,
                   (select count(*) from prosa.memory_progress p where p.due_at < now() - interval '1 hour') as overdue) x;

    return query
    select 'embedding indexes', count(h.space_id) filter (where h.is_valid is not true or h.bloat_percent > 50 or h.dead_percent > 30) = 0 and x.waiting = 0,
           format('%s large spaces have one', count(h.space_id))
               || coalesce(': ' || string_agg(format('%s is %s', h.partition, case when h.is_valid is not true then 'without a valid one'
                      when h.bloat_percent > 50 then 'bloated' else 'full of dead rows' end), ', ' order by h.partition)
                      filter (where h.space_id is not null and (h.is_valid is not true or h.bloat_percent > 50 or h.dead_percent > 30)), '')
               || case x.waiting when 0 then '' else format('; %s moves wait since more than a day', x.waiting) end,
           'CALL prosa.reindex_embeddings(tenant_id); for a bloated one, CALL prosa.maintain(); for moves; see prosa.embedding_index_health and prosa.embedding_moves.'
      from (select count(*) as waiting from prosa.embedding_moves m where coalesce(m.switched_at, m.built_at) < now() - interval '1 day') x
      left join prosa.embedding_index_health h on true
     group by x.waiting;

    return query
    select 'embedding models', x.changed = 0 and x.stuck = 0,
           case when x.changed = 0 and x.stuck = 0 then 'every tenant''s endpoint is configured as its embedding space was made'
                else concat_ws('; ',
                    case when x.changed > 0 then format('tenants whose endpoint was given another model than their embeddings have, which goes on with theirs where it can: %s', x.changed) end,
                    case when x.stuck > 0 then format('tenants whose reembed() waits for items that were given up: %s', x.stuck) end) end
               || format('; spaces being filled: %s', x.filling),
           'SELECT prosa.reembed(tenant_id, model) changes the model without a gap; prosa.reembed_status(tenant_id) says how far it is.'
      from (select count(*) filter (where s.status = 'active' and prosa._provider_config(s.tenant_id, 'embedding', false, s.id) ? 'configured_model') as changed,
                   count(*) filter (where s.status = 'filling') as filling,
                   count(*) filter (where s.status = 'filling' and f.scanned_at is not null and exists (
                       select from prosa.embedding_queue q where q.tenant_id = s.tenant_id and q.space_id = s.id and q.failed_at is not null)) as stuck
              from prosa.embedding_spaces s
              left join prosa.embedding_fills f on f.tenant_id = s.tenant_id and f.space_id = s.id
             where s.status <> 'retired') x;

    return query
    select 'embedding endpoints', count(*) = 0,
           case count(*) when 0 then 'none is paused'
                else 'paused after failures: ' || string_agg(format('%s until %s (%s in a row)', c.endpoint, to_char(c.open_until, 'HH24:MI:SS'), c.failures), ', ' order by c.endpoint) end,
           'See prosa.embedding_circuits.reason; SELECT prosa.resume_embeddings() when it is put right.'
      from prosa.embedding_circuits c
     -- what nobody has asked for since is forgotten here
     where c.open_until > now() - interval '1 day';

    return query
    select 'quotas', count(*) = 0,
           case count(*) when 0 then 'no tenant is near the end of one'
                else format('of %s tenant(s) one is used up, %s more have been warned', count(*) filter (where x.is_exceeded), count(*) filter (where not x.is_exceeded)) end,
           'SELECT * FROM prosa.quota_status WHERE state <> ''ok''; a larger plan ends a block at once.'
      from (select q.tenant_id, bool_or(q.state = 'exceeded') as is_exceeded
              from prosa.quota_status q where q.state <> 'ok' group by q.tenant_id) x;

    return query
    select 'jobs', count(*) = 0, coalesce('failed: ' || string_agg(j.name || ': ' || j.last_error, '; ' order by j.name),
               'scheduled by ' || (select c.value #>> '{}' from prosa.system_config c where c.key = 'job_scheduler')),
           'See prosa.jobs, or cron.job_run_details.'
      from prosa.jobs j where j.last_error is not null;
end
$$;
comment on function prosa.doctor() is
'Checks the installation, a row a check: what was found, whether it is well, and what to do when it is not.
Example: select * from prosa.doctor() where not ok;';
