-- pg_partman sets the session's search_path, which outlives a SET clause: so this function has none and puts it back.
create or replace function prosa.run_maintenance()
    returns jsonb
    language plpgsql volatile parallel unsafe security invoker
as $$
declare
    v_search_path constant text := pg_catalog.current_setting('search_path');
    v_report jsonb := prosa._run_maintenance();
begin
    perform pg_catalog.set_config('search_path', v_search_path, false);
    return v_report;
end
$$;
comment on function prosa.run_maintenance() is
'Keeps the months of messages and of the audit log ahead of time, moves what waits in the default partitions into months of its own, and puts new partitions under row security. Returns a report.
It yields to writers: what it cannot lock within half a second is left for the next time.
Result: {partitions, partitions_created, messages_drained_from_default, audit_entries_drained_from_default, tables_secured, drain_postponed: why, if it was}.
Example: select prosa.run_maintenance();';
