create or replace function prosa._provider_config(p_tenant_id uuid, p_purpose text, p_required boolean default true, p_space_id uuid default null)
    returns jsonb
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space prosa.embedding_spaces;
    v_provider jsonb;
begin
    if p_purpose is null or p_purpose not in ('embedding', 'chat') then
        raise exception using errcode = 'invalid_parameter_value', message = 'purpose must be embedding or chat';
    end if;
    if p_purpose = 'embedding' then
        select s.* into v_space from prosa.embedding_spaces s
         where s.tenant_id = p_tenant_id and case when p_space_id is null then s.status = 'active' else s.id = p_space_id end;
    end if;
    select jsonb_build_object(
               'protocol', p.protocol, 'base_url', p.base_url,
               'model', case p_purpose when 'embedding' then p.model_embed else p.model_chat end,
               'dimensions', p.dimensions, 'secret', p.secret_name, 'secret_scope', 'tenant',
               'timeout_ms', coalesce((p.config ->> 'timeout_ms')::integer, case p_purpose when 'embedding' then 10000 else 30000 end))
           || jsonb_strip_nulls(jsonb_build_object('max_batch', p.config -> 'max_batch', 'max_batch_chars', p.config -> 'max_batch_chars'))
      into v_provider
      from prosa.llm_providers p
     where p.tenant_id = p_tenant_id
       and case when v_space.provider_name is not null then p.name = v_space.provider_name
                else p.is_default and case p_purpose when 'embedding' then p.model_embed else p.model_chat end is not null end;
    if v_provider is null and v_space.provider_name is null then
        -- what follows c.value is not to be chosen: an endpoint of the platform has a key of the platform
        select jsonb_build_object(
                   'dimensions', null, 'secret', null,
                   'timeout_ms', case p_purpose when 'embedding' then 10000 else 30000 end)
               || c.value || '{"secret_scope": "platform"}'
          into v_provider
          from prosa.system_config c
         where c.key = p_purpose || '_provider' and jsonb_typeof(c.value) = 'object';
    end if;
    if v_provider is null and p_required then
        raise exception using
            errcode = 'object_not_in_prerequisite_state',
            message = format('no %s endpoint is configured', p_purpose),
            hint = format('Set the platform''s with prosa.set_config_value(''%s_provider'', …) or the tenant''s with prosa.set_llm_provider().', p_purpose);
    end if;
    if v_space.id is not null then
        -- a space has vectors of one model, whatever the endpoint is said to serve since
        v_provider := v_provider
            || case when v_provider ->> 'model' not in (v_space.model, coalesce(v_space.request_model, v_space.model), coalesce(v_space.configured_model, v_space.model))
                    then jsonb_build_object('configured_model', v_provider -> 'model') else '{}' end
            || jsonb_build_object(
                'space_id', v_space.id,
                'model', coalesce(v_space.request_model, v_space.model),
                'dimensions', coalesce(v_space.dimensions, case when v_provider ->> 'model' in (v_space.model, v_space.request_model)
                                                                then (v_provider ->> 'dimensions')::integer end));
    end if;
    return v_provider || jsonb_build_object(
        'tenant_id', p_tenant_id,
        'allowed_hosts', prosa._listed_hosts(v_provider ->> 'base_url'),
        'refused_ports', jsonb_build_array(current_setting('port')::integer));
end
$$;
comment on function prosa._provider_config(uuid, text, boolean, uuid) is
'provider_config() of a tenant; where none is configured, null if it is not required. p_space_id: of the endpoint that embeds for this space; the active one when null; its model is asked for, and configured_model says which one the endpoint has been configured for instead since the space was made.';
