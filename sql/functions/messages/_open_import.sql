create or replace function prosa._open_import(p_tenant_id uuid, p_import_name text, p_retry boolean)
    returns bigint
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._require_tenant(p_tenant_id);
    if not exists (select from prosa.message_imports i where i.tenant_id = p_tenant_id and i.import_name = p_import_name) then
        raise exception using
            errcode = 'no_data_found',
            message = format('there are no rows of the import "%s"', left(p_import_name, 160)),
            hint = 'COPY prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, role, content, created_at, …) FROM … first.';
    end if;
    if p_retry then
        update prosa.message_imports i set status = 'waiting', reason = null, processed_at = null
         where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.status in ('refused', 'failed');
    end if;
    -- just copied, the table has no statistics yet, and batches would be looked up by reading all of it
    analyze prosa.message_imports;
    return (select count(*) from prosa.message_imports i
             where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.status = 'waiting');
end
$$;
comment on function prosa._open_import(uuid, text, boolean) is
'How many rows of an import wait; with p_retry those that were refused or failed do again.';
