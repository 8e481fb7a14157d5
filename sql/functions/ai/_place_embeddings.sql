create or replace function prosa._place_embeddings(p_state jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_report jsonb := coalesce(p_state -> 'report', '{"promoted": 0, "demoted": 0, "reindexed": 0}');
    v_tries constant integer := coalesce((p_state ->> 'tries')::integer, 0) + 1;
    v_rounds constant integer := coalesce((p_state ->> 'rounds')::integer, 0);
    -- what failed or has to wait
    v_skipped text[] := array(select jsonb_array_elements_text(p_state -> 'skipped'));
    v_work record;
    v_done boolean;
begin
    -- one at a time; the other one does it all
    if not pg_try_advisory_xact_lock(hashtextextended('prosa._place_embeddings', 0)) then
        return jsonb_build_object('done', true, 'report', v_report);
    end if;
    if p_state is null then
        v_skipped := '{}';
        begin
            perform prosa._drop_stray_segments();
        exception when lock_not_available then
            raise notice 'a partition of embeddings is left for the next time: %', sqlerrm;
        end;
    end if;
    -- Everything is built before anything is switched: who calls all in one transaction holds no lock while an index is made.
    select w.* into v_work
      from (select 1 as step, s.tenant_id, s.space_id, s.to_own, null::text as report_key from prosa._spaces_to_move() s
            union all
            select case when m.switched_at is null then 2 else 3 end, m.tenant_id, m.space_id, null,
                   case prosa._shared_segment() when m.from_segment_id then 'promoted' when m.to_segment_id then 'demoted' else 'reindexed' end
              from prosa.embedding_moves m) w
     where w.step || ' ' || w.space_id <> all (v_skipped)
     order by w.step, w.space_id
     limit 1;
    if not found then
        return jsonb_build_object('done', true, 'report', v_report);
    end if;
    begin
        if current_setting('transaction_isolation') <> 'read committed' then
            raise exception using
                errcode = 'object_not_in_prerequisite_state',
                message = 'spaces are moved at READ COMMITTED only: an older snapshot would miss what is written meanwhile';
        end if;
        case v_work.step
            when 1 then
                perform prosa._build_segment(v_work.tenant_id, v_work.space_id, v_work.to_own);
            when 2 then
                -- what takes long, an index's insertions, before writers are kept out
                if v_rounds < 5 and prosa._catch_up_segment(v_work.tenant_id, v_work.space_id) > 20 then
                    return jsonb_build_object('done', false, 'report', v_report, 'skipped', to_jsonb(v_skipped), 'rounds', v_rounds + 1, 'tries', v_tries - 1);
                end if;
                perform prosa._switch_segment(v_work.tenant_id, v_work.space_id);
                v_report := prosa._added(v_report, v_work.report_key, 1);
            when 3 then
                v_done := prosa._sweep_segment(v_work.tenant_id, v_work.space_id);
                if not v_done then
                    v_skipped := v_skipped || (v_work.step || ' ' || v_work.space_id);
                end if;
        end case;
    -- whatever it is, the other spaces can be moved, and this one the next time
    exception when others then
        if sqlstate in ('55P03', '40P01') and v_tries < 3 then
            return jsonb_build_object('done', false, 'report', v_report, 'tries', v_tries, 'rounds', v_rounds, 'skipped', to_jsonb(v_skipped));
        end if;
        raise notice 'the move of space % waits for the next time: % (%)', v_work.space_id, sqlerrm, sqlstate;
        v_report := v_report || jsonb_build_object('postponed', coalesce(v_report -> 'postponed', '[]')
                        || jsonb_build_object('work', (array['build', 'switch', 'sweep'])[v_work.step], 'tenant_id', v_work.tenant_id,
                                              'space_id', v_work.space_id, 'sqlstate', sqlstate, 'reason', sqlerrm));
        v_skipped := v_skipped || (v_work.step || ' ' || v_work.space_id);
    end;
    return jsonb_build_object('done', false, 'report', v_report, 'skipped', to_jsonb(v_skipped));
end
$$;
comment on function prosa._place_embeddings(jsonb) is
'One step of moving spaces between the shared partition and partitions of their own, to be a transaction of its own: null begins, then what the last step returned, until {"done": true, "report": …}.';
