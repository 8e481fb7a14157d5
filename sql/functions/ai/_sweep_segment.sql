create or replace function prosa._sweep_segment(p_tenant_id uuid, p_space_id uuid)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- dropping a partition keeps everybody from the table while it waits
    set lock_timeout = '200ms'
    -- by key, however large the table is
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
as $$
declare
    c_batch constant integer := 10000;
    v_move prosa.embedding_moves;
    v_table name;
    v_count bigint;
begin
    select m.* into strict v_move from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = p_space_id for update;
    v_table := prosa._segment_table(v_move.from_segment_id);
    if v_move.from_segment_id = prosa._shared_segment() then
        delete from prosa.embeddings_shared e
         using (select x.kind, x.item_id from prosa.embeddings_shared x
                 where x.tenant_id = p_tenant_id and x.space_id = p_space_id limit c_batch) x
         where e.tenant_id = p_tenant_id and e.kind = x.kind and e.item_id = x.item_id and e.space_id = p_space_id
           and e.segment_id = v_move.from_segment_id;
        get diagnostics v_count = row_count;
        if v_count = c_batch then
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
