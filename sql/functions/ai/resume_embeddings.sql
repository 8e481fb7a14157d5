create or replace function prosa.resume_embeddings()
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_closed integer;
begin
    delete from prosa.embedding_circuits;
    get diagnostics v_closed = row_count;
    update prosa.embedding_turns t set held_until = '-infinity', endpoint_state = 'ready', paused_until = null
     where t.held_until > clock_timestamp() or t.endpoint_state <> 'ready';
    return v_closed;
end
$$;
comment on function prosa.resume_embeddings() is
'Ends the pauses of all embedding endpoints: the next claims call them again. For when what was wrong with one has been put right. Returns how many were paused.
Example: select prosa.resume_embeddings();';
