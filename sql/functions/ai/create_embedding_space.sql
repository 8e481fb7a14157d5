create or replace function prosa.create_embedding_space(
    p_tenant_id uuid,
    model text,
    dimensions integer,
    distance text default 'cosine',
    provider text default null)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant(p_tenant_id);
    v_space_id uuid;
begin
    if create_embedding_space.dimensions is null then
        raise exception using errcode = 'invalid_parameter_value', message = 'dimensions must be between 1 and 4000';
    end if;
    perform prosa._lock_spaces(v_tenant_id);
    v_space_id := prosa._new_space(v_tenant_id, create_embedding_space.model, create_embedding_space.dimensions,
                                   create_embedding_space.distance, create_embedding_space.provider);
    if prosa._active_space(v_tenant_id) is null then
        perform prosa._switch_space(v_tenant_id, v_space_id);
    end if;
    return v_space_id;
end
$$;
comment on function prosa.create_embedding_space(uuid, text, integer, text, text) is
'Makes an embedding space of the current tenant and returns its id. A tenant''s first one is active at once; another one waits for activate_embedding_space(). reembed() does both. Without any, the first embedding creates the tenant''s space.
p_tenant_id: must be the current tenant. model: as the endpoint knows it. dimensions: 1 to 4000. distance: cosine, inner_product or l2. provider: the name of the tenant''s endpoint that serves it; null for the default one.
Errors: 42501 no tenant set or another one; 22023 no model, dimensions out of range, unknown distance; P0002 no such endpoint.
Example: select prosa.create_embedding_space(prosa.current_tenant_id(), ''text-embedding-3-small'', 1536);';
