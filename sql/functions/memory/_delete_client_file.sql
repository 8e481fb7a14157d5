create or replace function prosa._delete_client_file(p_tenant_id uuid, p_file_id uuid)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._require_tenant(p_tenant_id);
    delete from prosa.client_files f where f.tenant_id = p_tenant_id and f.id = p_file_id;
    return found;
end
$$;
comment on function prosa._delete_client_file(uuid, uuid) is 'delete_client_file() for a tenant, which must be the current one.';
