create or replace function prosa._call_endpoint(p_provider jsonb, p_inputs text[], p_timeout_ms integer)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return prosa._call_java('_java_embed', jsonb_build_object(
        'provider', p_provider, 'inputs', to_jsonb(p_inputs), 'timeout_ms', p_timeout_ms, 'max_attempts', 1, 'report', true));
end
$$;
comment on function prosa._call_endpoint(jsonb, text[], integer) is
'One call of an embedding endpoint for the queue: what _embed() gives, or {error: {fault, message, retry_after_ms}} with fault item, endpoint or unknown.';
