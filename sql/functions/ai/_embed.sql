create or replace function prosa._embed(
    p_tenant_id uuid, p_inputs text[], p_model text, p_timeout_ms integer, p_max_attempts integer, p_retry_delay_ms integer,
    p_space_id uuid default null)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_provider jsonb;
begin
    perform prosa._require_java();
    if cardinality(p_inputs) = 0 or exists (select from unnest(p_inputs) i where coalesce(btrim(i), '') = '') then
        raise exception using errcode = 'invalid_parameter_value', message = 'there is nothing to embed: an input is empty';
    end if;
    v_provider := prosa._provider_config(p_tenant_id, 'embedding', true, p_space_id);
    if p_model is not null then
        v_provider := v_provider || jsonb_build_object('model', p_model, 'dimensions', null);
    end if;
    return prosa._call_java('_java_embed', jsonb_build_object(
        'provider', v_provider, 'inputs', to_jsonb(p_inputs),
        'timeout_ms', p_timeout_ms, 'max_attempts', p_max_attempts, 'retry_delay_ms', p_retry_delay_ms));
end
$$;
comment on function prosa._embed(uuid, text[], text, integer, integer, integer, uuid) is
'Embeds texts at a tenant''s endpoint, with the model of a space, the active one when null: {model, embeddings, input_tokens}.';
