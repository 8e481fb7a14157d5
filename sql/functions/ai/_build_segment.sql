create or replace function prosa._build_segment(p_tenant_id uuid, p_space_id uuid, p_own boolean)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space record;
    v_segment_id constant uuid := case when p_own then gen_random_uuid() else prosa._shared_segment() end;
    v_table constant name := prosa._segment_table(v_segment_id);
    v_ef_search integer := 200;
    v_held prosa.embeddings[];
    v_snapshot constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
begin
    select s.segment_id, s.dimensions, s.distance into v_space from prosa.embedding_spaces s
     where s.tenant_id = p_tenant_id and s.id = p_space_id;
    if p_own then
        execute format('create table prosa.%I (like prosa.embeddings including defaults including constraints including storage)', v_table);
        execute format('comment on table prosa.%I is %L', v_table, 'The vectors of one large space, with their HNSW index.');
        perform prosa._secure_table(format('prosa.%I', v_table)::regclass);
    end if;
    execute format(
        'insert into prosa.%I (tenant_id, space_id, segment_id, kind, item_id, item_created_at, contact_id, embedding)
         select e.tenant_id, e.space_id, %L, e.kind, e.item_id, e.item_created_at, e.contact_id, e.embedding
           from prosa.%I e where e.tenant_id = $1 and e.space_id = $2', v_table, v_segment_id, prosa._segment_table(v_space.segment_id))
      using p_tenant_id, p_space_id;
    if p_own then
        -- fifty vectors are left out at first: what is in an index is found more easily than what is asked
        execute format(
            'with held as (
                delete from prosa.%1$I e using (select x.kind, x.item_id from prosa.%1$I x order by random() limit 50) x
                 where e.kind = x.kind and e.item_id = x.item_id
                returning row(e.tenant_id, e.space_id, e.segment_id, e.kind, e.item_id, e.item_created_at, e.contact_id, e.embedding)::prosa.embeddings as row)
             select array_agg(h.row) from held h', v_table)
           into v_held;
        -- as embeddings has them, so that nothing is left to be made or checked when it becomes a partition
        execute format('alter table prosa.%I add constraint %I primary key (tenant_id, kind, item_id, space_id, segment_id),
                            add constraint embeddings_segment_id_check check (segment_id = %L)', v_table, v_table || '_pkey', v_segment_id);
        execute format('create index %I on prosa.%I (tenant_id, space_id, contact_id, item_created_at)', v_table || '_space_idx', v_table);
        execute format('create index %I on prosa.%I (tenant_id, kind, item_created_at)', v_table || '_time_idx', v_table);
        perform prosa._index_segment(v_segment_id, v_space.dimensions, v_space.distance);
        execute format('analyze prosa.%I', v_table);
        v_ef_search := prosa._tuned_ef_search(p_tenant_id, p_space_id, v_segment_id, v_space.dimensions, v_space.distance,
                                              array(select h.embedding from unnest(v_held) h));
        execute format('insert into prosa.%I select h.* from unnest($1) h', v_table) using v_held;
        execute format('analyze prosa.%I', v_table);
    end if;
    insert into prosa.embedding_moves (tenant_id, space_id, from_segment_id, to_segment_id, ef_search, built_from, built_table)
    values (p_tenant_id, p_space_id, v_space.segment_id, v_segment_id, v_ef_search, v_snapshot, format('prosa.%I', v_table)::regclass);
end
$$;
comment on function prosa._build_segment(uuid, uuid, boolean) is
'Copies a space into another segment: a new one of its own, with its indexes, or the shared one. Readers and writers do not notice; _switch_segment() follows.';
