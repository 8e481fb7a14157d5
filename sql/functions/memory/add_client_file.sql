create or replace function prosa.add_client_file(
    name text,
    sha256 text,
    media_type text default null,
    size bigint default null,
    url text default null,
    contact_id uuid default null,
    page_count integer default null,
    metadata jsonb default '{}',
    expires_at timestamptz default null,
    out file_id uuid,
    out is_duplicate boolean,
    out status text)
    language plpgsql volatile parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id uuid := prosa._require_tenant();
begin
    select f.file_id, f.is_duplicate, f.status into file_id, is_duplicate, status
      from prosa._add_client_file(v_tenant_id, add_client_file.name, add_client_file.sha256, add_client_file.media_type, add_client_file.size,
                                  add_client_file.url, add_client_file.contact_id, add_client_file.page_count, add_client_file.metadata,
                                  add_client_file.expires_at) f;
end
$$;
comment on function prosa.add_client_file(text, text, text, bigint, text, uuid, integer, jsonb, timestamptz) is
'Notes a file of the current tenant, whose bytes are kept elsewhere. The same bytes are one file of the tenant: a second upload gives the first, unchanged. Give it its text with add_file_text() or add_file_chunks(), then search_memory() finds it.
name: as people know it; it is found by it too. sha256: of the bytes, in hexadecimal. size: bytes. url: where the bytes are, an address or the key in an object store. contact_id: whose file it is; null for the tenant''s. metadata: a JSON object. expires_at: from when on it is found no more; null for never.
Result: the file''s id; whether it was there before (is_duplicate); its status: waiting (for its text) or ready.
Errors: 42501 no tenant set; 23503 no such contact of the tenant; 23502 or 23514 no name, or a sha256, size, page_count or metadata that is none.
Example: select * from prosa.add_client_file(''tabela-2026.pdf'', encode(sha256(:bytes), ''hex''), ''application/pdf'', url => ''files/tabela-2026.pdf'');';
