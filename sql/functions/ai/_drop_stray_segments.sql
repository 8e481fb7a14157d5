create or replace function prosa._drop_stray_segments()
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set lock_timeout = '200ms'
as $$
declare
    v_table name;
    v_dropped integer := 0;
begin
    -- A database that was restored has the tables of a copy, and the numbers of another server's transactions: begin anew. What was
    -- copied into the shared segment is swept.
    update prosa.embedding_moves m
       set from_segment_id = m.to_segment_id, to_segment_id = m.from_segment_id, switched_at = clock_timestamp()
     where m.switched_at is null and m.built_table is distinct from to_regclass(format('prosa.%I', prosa._segment_table(m.to_segment_id)))::oid;
    for v_table in
        select c.relname from pg_class c
         where c.relnamespace = 'prosa'::regnamespace and c.relkind = 'r' and c.relname ~ '^embeddings_[0-9a-f]{32}$'
           and not exists (select from prosa.embedding_spaces s where prosa._segment_table(s.segment_id) = c.relname)
           and not exists (select from prosa.embedding_moves m where c.relname in (prosa._segment_table(m.from_segment_id), prosa._segment_table(m.to_segment_id)))
    loop
        execute format('drop table prosa.%I', v_table);
        v_dropped := v_dropped + 1;
    end loop;
    return v_dropped;
end
$$;
comment on function prosa._drop_stray_segments() is 'Drops the partitions of spaces that are no more, and gives up moves of another server.';
