create or replace function prosa._claim_batch(p_size integer)
    returns jsonb
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    return (select jsonb_build_object('parts', jsonb_build_array(jsonb_agg(to_jsonb(c) - '{provider,is_probe,tenant_id}'::text[])),
                       'tenant_id', min(c.tenant_id::text), 'provider', min(c.provider::text)::jsonb, 'is_probe', bool_or(c.is_probe),
                       'is_alive', false, 'until', clock_timestamp() + interval '90 seconds')
              from prosa.claim_embeddings(p_size) c
            having count(*) > 0);
end
$$;
comment on function prosa._claim_batch(integer) is
'claim_embeddings() as one object, the work of _embed_step(): {tenant_id, provider, is_probe, parts: [[item, …]], is_alive, until}. Null when nothing is due.';
