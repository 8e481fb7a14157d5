create or replace function prosa._run_maintenance(p_state jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
    -- under deadlock_timeout: maintenance yields, never a writer
    set lock_timeout = '500ms'
as $$
declare
    v_place constant integer := coalesce((p_state ->> 'place')::integer, 1);
    v_tries constant integer := coalesce((p_state ->> 'tries')::integer, 0) + 1;
    v_report jsonb := coalesce(p_state -> 'report',
        '{"partitions": 0, "partitions_created": 0, "messages_drained_from_default": 0, "events_drained_from_default": 0, "audit_entries_drained_from_default": 0, "tables_secured": 0}');
    v_step record;
    v_count bigint;
    v_months constant regclass[] := array(select t.parent::regclass from prosa._monthly_tables() t);
    v_before constant bigint := (select count(*) from pg_inherits h where h.inhparent = any (v_months));
    v_after bigint;
    v_placement jsonb;
begin
    -- what waits in a default partition first: no month can be made before its rows have left it
    select s.* into v_step
      from (select row_number() over (order by array_position('{drain,months,secure,analyze,spaces,place}', w.work), w.parent) as place, count(*) over () as places, w.work, w.parent
              from (select u.work, t.parent from prosa._monthly_tables() t cross join unnest('{drain,months}'::text[]) u (work)
                    union all values ('secure', null), ('analyze', null), ('spaces', null), ('place', null)) w) s
     where s.place = v_place;
    begin
        case v_step.work
            when 'drain' then
                v_count := prosa._drain_default(v_step.parent);
                v_report := prosa._added(v_report, case v_step.parent when 'prosa.messages' then 'messages' when 'prosa.audit_log' then 'audit_entries'
                                                       when 'prosa.inbound_events' then 'events' else v_step.parent end || '_drained_from_default', v_count);
            when 'months' then
                perform prosa._make_months(v_step.parent);
            when 'secure' then
                v_report := prosa._added(v_report, 'tables_secured', prosa._secure_partitions());
            when 'analyze' then
                v_report := v_report || prosa._analyze_tables();
            when 'spaces' then
                perform prosa._fill_spaces('0', 100);
            when 'place' then
                v_placement := prosa._place_embeddings(p_state -> 'placement');
                v_report := v_report || jsonb_build_object('spaces', v_placement -> 'report');
        end case;
    -- of a default partition, whatever it is: it can wait for a quieter moment
    exception when others then
        if sqlstate not in ('55P03', '40P01') and v_step.work <> 'drain' then
            raise;
        elsif sqlstate in ('55P03', '40P01') and v_tries < 3 then
            return coalesce(p_state, '{}') || jsonb_build_object('tries', v_tries);
        end if;
        raise notice 'maintenance leaves "%" of % for the next time: % (%)', v_step.work, coalesce(v_step.parent, 'prosa'), sqlerrm, sqlstate;
        v_report := v_report || jsonb_build_object('postponed', coalesce(v_report -> 'postponed', '[]')
                        || jsonb_build_object('work', v_step.work, 'table', v_step.parent, 'sqlstate', sqlstate, 'reason', sqlerrm));
    end;
    select count(*) into v_after from pg_inherits h where h.inhparent = any (v_months);
    v_report := prosa._added(v_report, 'partitions_created', v_after - v_before) || jsonb_build_object('partitions', v_after);
    if not (v_placement -> 'done')::boolean then
        return jsonb_build_object('place', v_place, 'done', false, 'report', v_report, 'placement', v_placement);
    end if;
    return jsonb_build_object('place', v_place + 1, 'done', v_place = v_step.places, 'report', v_report);
end
$$;
comment on function prosa._run_maintenance(jsonb) is
'One step of maintenance, to be a transaction of its own: null begins, then what the last step returned, until {"done": true, "report": …}. Leaves behind the search_path that pg_partman sets for the session.';
