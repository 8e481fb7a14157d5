create or replace function prosa.fail_embeddings(
    p_tenant_id uuid,
    items jsonb,
    reason text,
    retry_after interval default null,
    counts boolean default true)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    c_max_attempts constant integer := 5;
    v_changed integer;
    -- an endpoint that was given another model may refuse everything: that is no item's fault
    v_model_change constant text := prosa._model_change(p_tenant_id, (items #>> '{0,space_id}')::uuid);
begin
    if v_model_change is not null then
        reason := concat_ws('; ', v_model_change, reason);
        if counts then
            counts := false;
            retry_after := greatest(retry_after, interval '1 minute');
        end if;
    end if;
    update prosa.embedding_queue q
       set attempts = case when counts then q.attempts else greatest(q.attempts - 1, 0) end,
           -- 5, 10, 20, 40 s …
           available_at = clock_timestamp() + coalesce(retry_after, interval '5 seconds' * power(2, least(q.attempts, 10) - 1)),
           failed_at = case when counts and q.attempts >= c_max_attempts then clock_timestamp() end,
           last_error = left(reason, 500)
      from jsonb_to_recordset(items) i (kind text, item_id uuid, enqueued_at timestamptz, space_id uuid)
     where q.tenant_id = p_tenant_id and q.kind = i.kind and q.item_id = i.item_id
       and (i.space_id is null or coalesce(q.space_id, prosa._active_space(p_tenant_id)) is not distinct from i.space_id)
       and (i.enqueued_at is null or i.enqueued_at = q.enqueued_at);
    get diagnostics v_changed = row_count;
    return v_changed;
end
$$;
comment on function prosa.fail_embeddings(uuid, jsonb, text, interval, boolean) is
'Returns claimed items to the queue with the reason; the fifth failed attempt is the last (failed_at is set). Returns the number of items.
items: [{"kind": "message", "item_id": "…"}, …]. retry_after: when to try again; doubling from 5 s when null. counts: false when the endpoint is busy or out of reach, which is not the item''s fault; nor is anything counted while the endpoint is configured for another model than the tenant''s space has.
Example: select prosa.fail_embeddings(:tenant_id, :items, ''429 Too Many Requests'', interval ''20 seconds'', false);';
