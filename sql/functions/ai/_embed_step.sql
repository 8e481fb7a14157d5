create or replace function prosa._embed_step(p_work jsonb)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id constant uuid := (p_work ->> 'tenant_id')::uuid;
    v_provider constant jsonb := p_work -> 'provider';
    v_items constant jsonb := p_work #> '{parts,0}';
    v_count constant integer := jsonb_array_length(p_work #> '{parts,0}');
    v_rest constant jsonb := (p_work -> 'parts') - 0;
    v_left constant integer := least((v_provider ->> 'timeout_ms')::integer,
        extract(epoch from (p_work ->> 'until')::timestamptz - clock_timestamp()) * 1000);
    v_answer jsonb;
    v_error jsonb;
    v_fault text;
    v_message text;
begin
    -- all that is left of the claim
    if v_left < 1 then
        perform prosa.fail_embeddings(v_tenant_id, prosa._joined_parts(p_work -> 'parts'), 'the batch took too long; the rest is tried again', 'nobody');
        return null;
    end if;
    v_answer := prosa._call_endpoint(v_provider, array(
        select i.value ->> 'content' from jsonb_array_elements(v_items) with ordinality i order by i.ordinality), v_left);
    v_error := v_answer -> 'error';
    v_fault := v_error ->> 'fault';
    if v_fault = 'unknown' then
        -- of the items, or of the endpoint: one that embeds a word works
        if (p_work ->> 'is_alive')::boolean
           or prosa._call_endpoint(v_provider, array['ok'], least(v_left, 5000)) -> 'error' is null then
            v_fault := 'item';
        else
            v_fault := 'endpoint';
        end if;
    end if;
    if v_fault = 'endpoint' then
        perform prosa.fail_embeddings(v_tenant_id, prosa._joined_parts(p_work -> 'parts'), v_error ->> 'message', 'endpoint',
            make_interval(secs => (v_error ->> 'retry_after_ms')::float8 / 1000), v_provider);
        return null;
    elsif v_fault = 'item' and v_count > 1 then
        -- by halves: the item at fault is alone after as many calls as the count has binary digits
        return p_work || jsonb_build_object('is_alive', true, 'parts', jsonb_build_array(
            jsonb_path_query_array(v_items, '$[0 to $last]', jsonb_build_object('last', v_count / 2 - 1)),
            jsonb_path_query_array(v_items, '$[$first to last]', jsonb_build_object('first', v_count / 2))) || v_rest);
    elsif v_fault = 'item' then
        perform prosa.fail_embeddings(v_tenant_id, v_items, v_error ->> 'message', 'item',
            provider => case when (p_work ->> 'is_probe')::boolean then v_provider end);
    else
        begin
            perform prosa.store_embeddings(v_tenant_id, v_answer ->> 'model', (
                select jsonb_agg(i.value - 'content' || jsonb_build_object('embedding', e.value))
                  from jsonb_array_elements(v_items) with ordinality i
                  join jsonb_array_elements_text(v_answer -> 'embeddings') with ordinality e on e.ordinality = i.ordinality),
                (v_answer ->> 'input_tokens')::bigint);
        exception when data_exception or integrity_constraint_violation then
            get stacked diagnostics v_message = message_text;
            -- another model than the space's, say: the endpoint is fine, and other tenants may use it
            perform prosa.fail_embeddings(v_tenant_id, prosa._joined_parts(p_work -> 'parts'), v_message, 'space', provider => v_provider);
            return null;
        end;
        if (p_work ->> 'is_probe')::boolean then
            perform prosa._close_circuit(v_tenant_id, v_provider, (v_items #>> '{0,space_id}')::uuid);
        end if;
    end if;
    return case when jsonb_array_length(v_rest) > 0 then p_work || jsonb_build_object('parts', v_rest, 'is_alive', true) end;
end
$$;
comment on function prosa._embed_step(jsonb) is
'Embeds the first part of a claim (see _claim_batch()) and stores it, divides it, or gives it back; returns the work that remains, or null. The same as the worker does.';
