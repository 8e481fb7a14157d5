create or replace function prosa.reembed(
    p_tenant_id uuid,
    model text,
    dimensions integer default null,
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
    perform prosa._lock_spaces(v_tenant_id);
    v_space_id := prosa._new_space(v_tenant_id, reembed.model, reembed.dimensions, reembed.distance, reembed.provider);
    -- now rather than when a worker finds out
    perform prosa._provider_config(v_tenant_id, 'embedding', true, v_space_id);
    perform prosa._start_fill(v_tenant_id, v_space_id);
    return v_space_id;
end
$$;
comment on function prosa.reembed(uuid, text, integer, text, text) is
'Changes the embedding model of the current tenant without a gap: makes a new space, which the workers fill in the background with every message and memory, and which replaces the active one by itself when it has them all. Search goes on in the old one until then; the old one is kept until drop_embedding_space(). Returns the id of the new space.
p_tenant_id: must be the current tenant. model: as the endpoint knows it. dimensions: 1 to 4000; null for what the first embedding has. distance: cosine, inner_product or l2. provider: the name of the tenant''s endpoint that serves the model; null for the default one, or else the platform''s.
See reembed_status(), cancel_reembed() and activate_embedding_space().
Errors: 42501 no tenant set or another one; 22023 no model, dimensions out of range, unknown distance; P0002 no such endpoint; 55000 a space is being filled already, or no endpoint is configured.
Example: select prosa.reembed(prosa.current_tenant_id(), ''text-embedding-3-large'');';
