create or replace function prosa._space_for_storing(p_tenant_id uuid, p_space_id uuid, p_model text, p_dimensions integer, out space_id uuid, out space_status text)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space prosa.embedding_spaces;
    v_asked text;
begin
    if p_dimensions > 4000 then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('the embedding has %s dimensions, and 4000 are the most', p_dimensions),
            hint = 'Use a model of fewer dimensions.';
    end if;
    if p_space_id is null and prosa._active_space(p_tenant_id) is null then
        v_asked := prosa._provider_config(p_tenant_id, 'embedding', false) ->> 'model';
        insert into prosa.embedding_spaces (tenant_id, id, model, request_model, configured_model, dimensions, activated_at)
        values (p_tenant_id, gen_random_uuid(), p_model, nullif(v_asked, p_model), v_asked, p_dimensions, now())
        on conflict (tenant_id) where status = 'active' do nothing;
    end if;
    -- locked against being dropped, not against the switch
    select s.* into v_space from prosa.embedding_spaces s
     where s.tenant_id = p_tenant_id and case when p_space_id is null then s.status = 'active' else s.id = p_space_id end
       for key share;
    if v_space.id is null then
        return;
    end if;
    if p_space_id is null and p_model not in (v_space.model, coalesce(v_space.request_model, v_space.model)) then
        -- embedded for the space that was active when it was claimed
        select s.id, s.status into space_id, space_status from prosa.embedding_spaces s
         where s.tenant_id = p_tenant_id and s.status = 'retired' and s.model = p_model and s.dimensions = p_dimensions
           and s.retired_at > now() - interval '15 minutes'
         order by s.retired_at desc limit 1;
        if found then
            return;
        end if;
    end if;
    if v_space.dimensions is null or v_space.model <> p_model and v_space.request_model is null then
        -- the first embedding of a space that was made by its model's name says its dimensions, and what answers call the model
        update prosa.embedding_spaces s
           set dimensions = coalesce(s.dimensions, p_dimensions), model = p_model, request_model = nullif(coalesce(s.request_model, s.model), p_model)
         where s.tenant_id = p_tenant_id and s.id = v_space.id and s.request_model is null
           and not exists (select from prosa.embeddings e where e.tenant_id = p_tenant_id and e.space_id = v_space.id);
        select s.* into v_space from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = v_space.id;
    end if;
    if v_space.dimensions is distinct from p_dimensions or v_space.model is distinct from p_model then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('the embedding is of model %s with %s dimensions, the tenant''s space is of %s with %s',
                             p_model, p_dimensions, v_space.model, v_space.dimensions),
            hint = 'Vectors of different models cannot be compared. Let the endpoint serve the model of the space, or change the model with prosa.reembed().';
    end if;
    space_id := v_space.id;
    space_status := v_space.status;
end
$$;
comment on function prosa._space_for_storing(uuid, uuid, text, integer) is
'The space that takes vectors of a model: the named one, or the tenant''s active one, which its first embedding creates; null when the named one is gone. For vectors that name no space and are of the model before, the space that was replaced in the last quarter of an hour. It is not dropped before the transaction ends. 22023 when model or dimensions are not the space''s.';
