create or replace function prosa._analyze_tables()
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_table regclass;
    v_analyzed text[] := array[]::text[];
begin
    for v_table in
        select s.relid
          from pg_stat_user_tables s join pg_class c on c.oid = s.relid
         where s.schemaname = 'prosa'
           and case c.relkind
                   -- autovacuum looks after partitions, never after what they are partitions of
                   when 'p' then s.last_analyze is null or s.last_analyze < now() - interval '7 days'
                   -- new, and planned as if it were small until autovacuum comes by
                   -- but never a queue: what is known of it when it is empty is wrong when it is not
                   else s.relname <> all ('{message_outbox,embedding_queue}')
                        and s.last_analyze is null and s.last_autoanalyze is null and s.n_mod_since_analyze >= 1000 end
         order by s.relname
    loop
        execute format('analyze (skip_locked) %s', v_table);
        v_analyzed := v_analyzed || v_table::text;
    end loop;
    return jsonb_build_object(
        'analyzed', v_analyzed,
        'bloated', (select coalesce(jsonb_agg(jsonb_build_object('table', s.relid::regclass::text, 'dead', s.n_dead_tup, 'live', s.n_live_tup,
                                                                 'vacuumed_at', greatest(s.last_vacuum, s.last_autovacuum)) order by s.n_dead_tup desc), '[]')
                      from pg_stat_user_tables s
                     where s.schemaname = 'prosa' and s.n_dead_tup > 50000 and s.n_dead_tup > s.n_live_tup));
end
$$;
comment on function prosa._analyze_tables() is
'Analyzes what autovacuum does not, or has not yet, and names the tables of which more rows are dead than alive: a function cannot vacuum.';
