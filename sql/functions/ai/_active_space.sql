create or replace function prosa._active_space(p_tenant_id uuid, p_model text, p_dimensions integer)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space record;
begin
    insert into prosa.embedding_spaces (tenant_id, id, model, dimensions)
    select p_tenant_id, gen_random_uuid(), p_model, p_dimensions
     where not exists (select from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.status = 'active')
    on conflict (tenant_id) where status = 'active' do nothing;
    select s.id, s.model, s.dimensions into strict v_space
      from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.status = 'active';
    if v_space.dimensions <> p_dimensions or v_space.model <> p_model then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('the embedding is of model %s with %s dimensions, the tenant''s space is of %s with %s',
                             p_model, p_dimensions, v_space.model, v_space.dimensions),
            hint = 'Vectors of different models cannot be compared. Let the tenant''s endpoint serve the model of its space.';
    end if;
    return v_space.id;
end
$$;
comment on function prosa._active_space(uuid, text, integer) is
'The tenant''s embedding space; its first embedding creates it. 22023 when the model or the dimensions are not the space''s.';
