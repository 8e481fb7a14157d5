create or replace function prosa._embed_claimed(p_items jsonb)
    returns integer
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := (p_items #>> '{0,tenant_id}')::uuid;
    v_answer jsonb;
begin
    v_answer := prosa._embed(v_tenant_id,
        array(select i.value ->> 'content' from jsonb_array_elements(p_items) with ordinality i order by i.ordinality),
        null, (p_items #>> '{0,provider,timeout_ms}')::integer, 2, 500,
        (p_items #>> '{0,space_id}')::uuid);
    return prosa.store_embeddings(v_tenant_id, v_answer ->> 'model', (
        select jsonb_agg(i.value || jsonb_build_object('embedding', e.value))
          from jsonb_array_elements(p_items) with ordinality i
          join jsonb_array_elements_text(v_answer -> 'embeddings') with ordinality e on e.ordinality = i.ordinality), (v_answer ->> 'input_tokens')::bigint);
end
$$;
comment on function prosa._embed_claimed(jsonb) is 'Embeds and stores items of one tenant as claim_embeddings() gave them.';
