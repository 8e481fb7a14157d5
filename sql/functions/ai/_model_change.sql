create or replace function prosa._model_change(p_tenant_id uuid, p_space_id uuid default null)
    returns text
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select format('the endpoint has been configured for model %s, the tenant''s embeddings are of %s: change the model with prosa.reembed()',
                  c ->> 'configured_model', c ->> 'model')
      from prosa._provider_config(p_tenant_id, 'embedding', false, p_space_id) c
     where c ? 'configured_model'
$$;
comment on function prosa._model_change(uuid, uuid) is
'What to say of an endpoint that has been configured for another model since the tenant''s space was made (the active one when null); null where it has not.';
