create or replace function prosa._begin_reindex(p_tenant_id uuid, p_space_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_space_id uuid;
begin
    select s.id into v_space_id from prosa.embedding_spaces s
     where s.tenant_id = p_tenant_id and s.placement = 'own' and (s.id = p_space_id or p_space_id is null and s.status = 'active');
    if not found then
        raise exception using
            errcode = 'no_data_found',
            message = 'the tenant has no such space with an index of its own',
            hint = 'See prosa.embedding_index_health. A small space is searched exactly, without an index.';
    elsif not pg_try_advisory_xact_lock(hashtextextended('prosa._place_embeddings', 0))
        or exists (select from prosa.embedding_moves m where m.tenant_id = p_tenant_id and m.space_id = v_space_id) then
        raise exception using
            errcode = 'lock_not_available',
            message = 'the space is being moved',
            hint = 'Try again when prosa.place_embeddings() is through; a minute after a move it removes what the space left behind.';
    end if;
    perform prosa._build_segment(p_tenant_id, v_space_id, true);
end
$$;
comment on function prosa._begin_reindex(uuid, uuid) is 'Builds a new segment for a space that has one; place_embeddings() then switches to it.';
