create or replace function prosa._switch_segment(p_tenant_id uuid, p_space_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set lock_timeout = '500ms'
    -- the check of the foreign key: every row once, however many there are
    set enable_nestloop = off
as $$
declare
    v_move prosa.embedding_moves;
    v_to name;
begin
    select m.* into strict v_move from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = p_space_id for update;
    v_to := prosa._segment_table(v_move.to_segment_id);
    if v_move.to_segment_id <> prosa._shared_segment() then
        -- for the foreign key, which comes with the partition: one that the table had of its own would lose its triggers, and that
        -- keeps readers out
        lock table prosa.embedding_spaces in share row exclusive mode;
    end if;
    -- Writers hold the space FOR SHARE, then the table. With both, nobody writes; readers go on, each with the segment that its
    -- snapshot names.
    update prosa.embedding_spaces s
       set segment_id = v_move.to_segment_id, placement = case v_move.to_segment_id when prosa._shared_segment() then 'shared' else 'own' end,
           ef_search = v_move.ef_search
     where s.tenant_id = p_tenant_id and s.id = p_space_id;
    lock table only prosa.embeddings in share row exclusive mode;
    perform prosa._catch_up_segment(p_tenant_id, p_space_id);
    if v_move.to_segment_id <> prosa._shared_segment() then
        execute format('alter table prosa.embeddings attach partition prosa.%I for values in (%L)', v_to, v_move.to_segment_id);
        execute format('alter table prosa.%I drop constraint embeddings_segment_id_check', v_to);
    end if;
    update prosa.embedding_moves m set switched_at = clock_timestamp() where m.tenant_id = p_tenant_id and m.space_id = p_space_id;
end
$$;
comment on function prosa._switch_segment(uuid, uuid) is
'Brings a copied segment up to date and makes it the space''s. Writers of vectors wait meanwhile, a few microseconds a row; readers do not. 55P03 when writers do not let it in within half a second.';
