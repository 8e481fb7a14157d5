-- It commits, so it can neither be SECURITY DEFINER nor pin its search_path: it only calls what does.
create or replace procedure prosa.maintain(inout report jsonb default null)
    language plpgsql
    security invoker
as $$
declare
    v_search_path constant text := pg_catalog.current_setting('search_path');
    v_state jsonb;
begin
    loop
        v_state := prosa._run_maintenance(v_state);
        -- pg_partman sets the session's
        perform pg_catalog.set_config('search_path', v_search_path, false);
        commit;
        exit when (v_state -> 'done')::boolean;
    end loop;
    report := v_state -> 'report';
end
$$;
comment on procedure prosa.maintain(jsonb) is
'Keeps the months of messages, webhook events and the audit log ahead of time, moves what waits in the default partitions into months of its own, puts new partitions under row security, analyzes what autovacuum does not, names tables that want a VACUUM, goes on with embedding spaces that are being filled, and gives large ones partitions and indexes of their own, last (see place_embeddings). Each step commits; killed between or within them, it begins anew the next time. It yields to writers: what it cannot lock within half a second, three times, is left for the next time and named in the report. Call it outside a transaction block.
report: what run_maintenance() returns.
Errors: 2D000 inside a transaction block.
Example: call prosa.maintain();';
