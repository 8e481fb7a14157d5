create or replace function prosa._catch_up_segment(p_tenant_id uuid, p_space_id uuid)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- either table may be new, or unlike what is known of it: every row once, however many there are
    set enable_nestloop = off
as $$
declare
    v_snapshot constant xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_move prosa.embedding_moves;
    v_from name;
    v_to name;
    v_age integer;
    v_there bigint;
    v_recent bigint;
    v_count bigint;
    v_changed bigint := 0;
begin
    select m.* into strict v_move from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = p_space_id for update;
    v_from := prosa._segment_table(v_move.from_segment_id);
    v_to := prosa._segment_table(v_move.to_segment_id);
    -- What was written since it was copied: of transactions that had not ended then. Frozen rows are older than any.
    v_age := age(v_move.built_from::xid);
    execute format('select count(*), count(*) filter (where age(s.xmin) <= $3) from prosa.%I s where s.tenant_id = $1 and s.space_id = $2', v_from)
       into v_there, v_recent using p_tenant_id, p_space_id, v_age;
    if v_recent > 0 then
        execute format(
            'delete from prosa.%I t using prosa.%I s
              where s.tenant_id = $1 and s.space_id = $2 and age(s.xmin) <= $3
                and (t.tenant_id, t.kind, t.item_id, t.space_id, t.segment_id) = (s.tenant_id, s.kind, s.item_id, s.space_id, $4)
                and ((t.item_created_at, t.contact_id) is distinct from (s.item_created_at, s.contact_id)
                     or t.embedding operator(@extschema:vector@.<>) s.embedding)', v_to, v_from)
          using p_tenant_id, p_space_id, v_age, v_move.to_segment_id;
        get diagnostics v_changed = row_count;
        execute format(
            'insert into prosa.%I (tenant_id, space_id, segment_id, kind, item_id, item_created_at, contact_id, embedding)
             select s.tenant_id, s.space_id, $4, s.kind, s.item_id, s.item_created_at, s.contact_id, s.embedding
               from prosa.%I s where s.tenant_id = $1 and s.space_id = $2 and age(s.xmin) <= $3
             on conflict do nothing', v_to, v_from)
          using p_tenant_id, p_space_id, v_age, v_move.to_segment_id;
        get diagnostics v_count = row_count;
        v_changed := v_changed + v_count;
    end if;
    execute format('select count(*) from prosa.%I t where t.tenant_id = $1 and t.space_id = $2', v_to) into v_count using p_tenant_id, p_space_id;
    if v_count <> v_there then
        execute format(
            'delete from prosa.%I t
              where t.tenant_id = $1 and t.space_id = $2
                and not exists (select from prosa.%I s where (s.tenant_id, s.kind, s.item_id, s.space_id) = (t.tenant_id, t.kind, t.item_id, t.space_id))', v_to, v_from)
          using p_tenant_id, p_space_id;
        get diagnostics v_count = row_count;
        v_changed := v_changed + v_count;
    end if;
    update prosa.embedding_moves m set built_from = v_snapshot where m.tenant_id = p_tenant_id and m.space_id = p_space_id;
    return v_changed;
end
$$;
comment on function prosa._catch_up_segment(uuid, uuid) is
'Does in a copied segment what was written to its space since, and returns how many rows that were. What is written meanwhile is for the next time, unless writers are kept out.';
