create or replace function prosa._new_space(
    p_tenant_id uuid, p_model text, p_dimensions integer, p_distance text, p_provider text)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space_id uuid;
begin
    if coalesce(btrim(p_model), '') = '' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a space needs the name of its model';
    elsif p_dimensions not between 1 and 4000 then
        raise exception using errcode = 'invalid_parameter_value', message = 'dimensions must be between 1 and 4000';
    elsif p_distance is null or p_distance not in ('cosine', 'inner_product', 'l2') then
        raise exception using errcode = 'invalid_parameter_value', message = 'distance must be cosine, inner_product or l2';
    elsif p_provider is not null and not exists (select from prosa.llm_providers p where p.tenant_id = p_tenant_id and p.name = p_provider) then
        raise exception using
            errcode = 'no_data_found',
            message = format('the tenant has no endpoint named %s', p_provider),
            hint = 'Create it with prosa.set_llm_provider(), or leave provider out for the default one.';
    end if;
    insert into prosa.embedding_spaces (tenant_id, id, model, dimensions, distance, provider_name, status)
    values (p_tenant_id, gen_random_uuid(), btrim(p_model), p_dimensions, p_distance, p_provider, 'retired')
    returning id into v_space_id;
    update prosa.embedding_spaces s
       set configured_model = prosa._provider_config(p_tenant_id, 'embedding', false, v_space_id) ->> 'configured_model'
     where s.tenant_id = p_tenant_id and s.id = v_space_id;
    return v_space_id;
end
$$;
comment on function prosa._new_space(uuid, text, integer, text, text) is
'Makes a space that is not in use yet. Errors: 22023 no model, dimensions out of range, unknown distance; P0002 no such endpoint.';
