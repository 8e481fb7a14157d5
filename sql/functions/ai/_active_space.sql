create or replace function prosa._active_space(p_tenant_id uuid)
    returns uuid
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select s.id from prosa.embedding_spaces s where s.tenant_id = p_tenant_id and s.status = 'active'
$$;
comment on function prosa._active_space(uuid) is 'The space in which a tenant searches; null before its first embedding.';
