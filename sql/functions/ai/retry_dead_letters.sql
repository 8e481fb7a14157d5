create or replace function prosa.retry_dead_letters(p_tenant_id uuid default null, reason text default null, failed_before timestamptz default null)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_retried bigint;
begin
    update prosa.embedding_queue q
       set failed_at = null, attempts = 0, is_leased = false, available_at = clock_timestamp()
     where q.failed_at is not null
       and (p_tenant_id is null or q.tenant_id = p_tenant_id)
       and (reason is null or q.last_error like reason)
       and (failed_before is null or q.failed_at < failed_before);
    get diagnostics v_retried = row_count;
    return v_retried;
end
$$;
comment on function prosa.retry_dead_letters(uuid, text, timestamptz) is
'Puts what the embedding queue has given up back into it, with all of its attempts; returns how many items.
p_tenant_id: of one tenant; null: of all. reason: only those whose last_error is like this pattern. failed_before: only those given up before.
Example: select prosa.retry_dead_letters(reason => ''%maximum context length%'');';
