create or replace function prosa._switch_space(p_tenant_id uuid, p_space_id uuid)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_before jsonb;
    v_after jsonb;
begin
    update prosa.embedding_spaces s set status = 'retired', retired_at = clock_timestamp()
     where s.tenant_id = p_tenant_id and s.status = 'active' and s.id <> p_space_id
    returning jsonb_build_object('space_id', s.id, 'model', s.model, 'dimensions', s.dimensions, 'distance', s.distance) into v_before;
    update prosa.embedding_spaces s set status = 'active', activated_at = clock_timestamp(), retired_at = null
     where s.tenant_id = p_tenant_id and s.id = p_space_id
    returning jsonb_build_object('space_id', s.id, 'model', s.model, 'dimensions', s.dimensions, 'distance', s.distance) into v_after;
    -- what the old model could not embed, the new one may
    update prosa.embedding_queue q set attempts = 0, failed_at = null, available_at = clock_timestamp()
     where q.tenant_id = p_tenant_id and q.space_id is null and q.failed_at is not null;
    perform prosa._audit(p_tenant_id, 'activate', 'embedding_spaces', jsonb_build_object('id', p_space_id), v_before, v_after);
end
$$;
comment on function prosa._switch_space(uuid, uuid) is
'Makes a space the one that is searched, and retires the one that was: in one transaction, so that every search sees the one or the other.';
