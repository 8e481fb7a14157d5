create or replace function prosa.delete_client_file(file_id uuid)
    returns boolean
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    return prosa._delete_client_file(v_tenant_id, delete_client_file.file_id);
end
$$;
comment on function prosa.delete_client_file(uuid) is
'Deletes a file of the current tenant with its text, embeddings and queue entries; the bytes at its url are yours to delete. Returns false when there is no such file.
Errors: 42501 no tenant set.
Example: select prosa.delete_client_file(:file_id);';
