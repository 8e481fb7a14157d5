-- pg_partman sets the session's search_path, which outlives a SET clause: so this function has none and puts it back.
create or replace function prosa.run_maintenance()
    returns jsonb
    language plpgsql volatile parallel unsafe security invoker
as $$
declare
    v_search_path constant text := pg_catalog.current_setting('search_path');
    v_state jsonb;
begin
    loop
        v_state := prosa._run_maintenance(v_state);
        exit when (v_state -> 'done')::boolean;
    end loop;
    perform pg_catalog.set_config('search_path', v_search_path, false);
    return v_state -> 'report';
end
$$;
comment on function prosa.run_maintenance() is
'What maintain() does, in one transaction, whose locks on new months, and on embeddings once a space has moved, last until its end. Returns a report.
Result: {partitions, partitions_created, messages_drained_from_default, events_drained_from_default, audit_entries_drained_from_default, tables_secured, analyzed: [table], bloated: [{table, dead, live, vacuumed_at}], spaces: {promoted, demoted, reindexed, postponed}, postponed: [{work, table, sqlstate, reason}], where there was something}.
Example: select prosa.run_maintenance();';
