create or replace function prosa._sweep_segment(p_tenant_id uuid, p_space_id uuid)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- dropping a partition keeps everybody from the table while it waits
    set lock_timeout = '200ms'
    -- by key, however large the table is
    set enable_seqscan = off
    set enable_bitmapscan = off
    set enable_sort = off
as $$
declare
    v_move prosa.embedding_moves;
    v_table name;
    v_items uuid[];
begin
    select m.* into strict v_move from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = p_space_id for update;
    v_table := prosa._segment_table(v_move.from_segment_id);
    if v_move.from_segment_id = prosa._shared_segment() then
        -- a kind at a time, on from the last item: what is deleted already is not read again
        v_items := array(select e.item_id from prosa.embeddings_shared e
                          where e.tenant_id = p_tenant_id and e.kind = v_move.swept_kind and e.item_id > v_move.swept_item_id
                            and e.space_id = p_space_id
                          order by e.item_id limit 10000);
        if cardinality(v_items) > 0 then
            delete from prosa.embeddings_shared e
             where e.tenant_id = p_tenant_id and e.kind = v_move.swept_kind and e.item_id = any (v_items) and e.space_id = p_space_id;
            v_move.swept_item_id := v_items[cardinality(v_items)];
        else
            select min(e.kind) into v_move.swept_kind from prosa.embeddings_shared e
             where e.tenant_id = p_tenant_id and e.space_id = p_space_id and e.kind > v_move.swept_kind;
            v_move.swept_item_id := '00000000-0000-0000-0000-000000000000';
        end if;
        if v_move.swept_kind is not null then
            update prosa.embedding_moves m set swept_kind = v_move.swept_kind, swept_item_id = v_move.swept_item_id
             where m.tenant_id = p_tenant_id and m.space_id = p_space_id;
            return true;
        end if;
    elsif exists (select from pg_inherits h where h.inhrelid = to_regclass(format('prosa.%I', v_table))) and v_move.switched_at > clock_timestamp() - interval '1 minute' then
        -- a search that began before the switch may still look there
        return false;
    else
        execute format('drop table if exists prosa.%I', v_table);
    end if;
    delete from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = p_space_id;
    return true;
end
$$;
comment on function prosa._sweep_segment(uuid, uuid) is
'Removes what a space left in its former segment: a batch of rows, or its partition as a whole, a minute after the switch. False: not yet.';
