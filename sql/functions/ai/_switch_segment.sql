create or replace function prosa._switch_segment(p_tenant_id uuid, p_space_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set lock_timeout = '500ms'
    -- either table may be new, or unlike what is known of it: every row once, however many there are
    set enable_nestloop = off
as $$
declare
    v_move prosa.embedding_moves;
    v_from name;
    v_to name;
    v_age integer;
    v_differs boolean;
begin
    select m.* into strict v_move from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = p_space_id for update;
    v_from := prosa._segment_table(v_move.from_segment_id);
    v_to := prosa._segment_table(v_move.to_segment_id);
    if v_move.to_segment_id <> prosa._shared_segment() then
        execute format('alter table prosa.%I add constraint embeddings_space_id_fkey foreign key (tenant_id, space_id)
                            references prosa.embedding_spaces (tenant_id, id) on delete cascade', v_to);
    end if;
    -- Writers hold the space FOR SHARE, then the table. With both, nobody writes; readers go on, each with the segment that its
    -- snapshot names.
    update prosa.embedding_spaces s
       set segment_id = v_move.to_segment_id, placement = case v_move.to_segment_id when prosa._shared_segment() then 'shared' else 'own' end,
           ef_search = v_move.ef_search
     where s.tenant_id = p_tenant_id and s.id = p_space_id;
    lock table only prosa.embeddings in share row exclusive mode;
    -- What was written since it was copied: of transactions that had not ended then. Frozen rows are older than any.
    v_age := age(v_move.built_from::xid);
    execute format(
        'delete from prosa.%I t using prosa.%I s
          where s.tenant_id = $1 and s.space_id = $2 and age(s.xmin) <= $3
            and (t.tenant_id, t.kind, t.item_id, t.space_id, t.segment_id) = (s.tenant_id, s.kind, s.item_id, s.space_id, $4)
            and ((t.item_created_at, t.contact_id) is distinct from (s.item_created_at, s.contact_id)
                 or t.embedding operator(@extschema:vector@.<>) s.embedding)', v_to, v_from)
      using p_tenant_id, p_space_id, v_age, v_move.to_segment_id;
    execute format(
        'insert into prosa.%I (tenant_id, space_id, segment_id, kind, item_id, item_created_at, contact_id, embedding)
         select s.tenant_id, s.space_id, $4, s.kind, s.item_id, s.item_created_at, s.contact_id, s.embedding
           from prosa.%I s where s.tenant_id = $1 and s.space_id = $2 and age(s.xmin) <= $3
         on conflict do nothing', v_to, v_from)
      using p_tenant_id, p_space_id, v_age, v_move.to_segment_id;
    execute format(
        'select (select count(*) from prosa.%I t where t.tenant_id = $1 and t.space_id = $2)
             <> (select count(*) from prosa.%I s where s.tenant_id = $1 and s.space_id = $2)', v_to, v_from)
       into v_differs using p_tenant_id, p_space_id;
    if v_differs then
        execute format(
            'delete from prosa.%I t
              where t.tenant_id = $1 and t.space_id = $2
                and not exists (select from prosa.%I s where (s.tenant_id, s.kind, s.item_id, s.space_id) = (t.tenant_id, t.kind, t.item_id, t.space_id))', v_to, v_from)
          using p_tenant_id, p_space_id;
    end if;
    if v_move.to_segment_id <> prosa._shared_segment() then
        execute format('alter table prosa.embeddings attach partition prosa.%I for values in (%L)', v_to, v_move.to_segment_id);
        execute format('alter table prosa.%I drop constraint embeddings_segment_id_check', v_to);
    end if;
    update prosa.embedding_moves m set switched_at = clock_timestamp() where m.tenant_id = p_tenant_id and m.space_id = p_space_id;
end
$$;
comment on function prosa._switch_segment(uuid, uuid) is
'Brings a copied segment up to date and makes it the space''s. Writers of vectors wait meanwhile, a microsecond or two a row; readers do not. 55P03 when writers do not let it in within half a second.';
