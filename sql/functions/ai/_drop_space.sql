create or replace function prosa._drop_space(p_tenant_id uuid, p_space_id uuid)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space prosa.embedding_spaces;
    v_vectors bigint;
begin
    -- the space first: whoever is storing in it is waited for, and nobody begins to
    select s.* into strict v_space from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = p_space_id for update;
    delete from prosa.embedding_queue q where q.tenant_id = p_tenant_id and q.space_id = p_space_id;
    delete from prosa.embeddings e where e.tenant_id = p_tenant_id and e.space_id = p_space_id;
    get diagnostics v_vectors = row_count;
    delete from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.id = p_space_id;
    perform prosa._audit(p_tenant_id, 'drop', 'embedding_spaces', jsonb_build_object('id', p_space_id),
        jsonb_build_object('model', v_space.model, 'dimensions', v_space.dimensions, 'status', v_space.status, 'vectors', v_vectors));
    return v_vectors;
end
$$;
comment on function prosa._drop_space(uuid, uuid) is 'Removes a space with its vectors and what waits for it, and returns how many vectors there were.';
