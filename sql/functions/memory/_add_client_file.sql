create or replace function prosa._add_client_file(
    p_tenant_id uuid,
    p_name text,
    p_sha256 text,
    p_media_type text,
    p_size bigint,
    p_url text,
    p_contact_id uuid,
    p_page_count integer,
    p_metadata jsonb,
    p_expires_at timestamptz,
    out file_id uuid,
    out is_duplicate boolean,
    out status text)
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._require_tenant(p_tenant_id);
    -- what has expired and is there still is no first upload
    delete from prosa.client_files f where f.tenant_id = p_tenant_id and f.sha256 = lower(p_sha256) and f.expires_at <= now();
    loop
        insert into prosa.client_files as f (tenant_id, id, contact_id, name, media_type, size, sha256, url, page_count, metadata, expires_at)
        values (p_tenant_id, prosa._uuid_v7(now()), p_contact_id, p_name, p_media_type, p_size, lower(p_sha256), p_url, p_page_count,
                coalesce(p_metadata, '{}'), p_expires_at)
        on conflict on constraint client_files_sha256_key do nothing
        returning f.id, false, f.status into file_id, is_duplicate, status;
        exit when found;
        select f.id, true, f.status into file_id, is_duplicate, status
          from prosa.client_files f where f.tenant_id = p_tenant_id and f.sha256 = lower(p_sha256);
        -- not found: it was deleted meanwhile
        exit when found;
    end loop;
end
$$;
comment on function prosa._add_client_file(uuid, text, text, text, bigint, text, uuid, integer, jsonb, timestamptz) is
'add_client_file() for a tenant, which must be the current one.';
