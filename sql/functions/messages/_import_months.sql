create or replace function prosa._import_months(p_tenant_id uuid, p_import_name text)
    returns timestamptz[]
    language plpgsql stable parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_cutoff constant timestamptz := prosa._retention_cutoff(p_tenant_id);
begin
    perform prosa._require_tenant(p_tenant_id);
    return array(
        select m.month
          from (select distinct date_trunc('month', i.created_at, 'UTC') as month
                  from prosa.message_imports i
                 where i.tenant_id = p_tenant_id and i.import_name = p_import_name and i.status = 'waiting'
                   and i.created_at between v_cutoff and now() + interval '1 day' offset 0) m
         where not exists (select from prosa._months('prosa.messages') x where x.starts_at = m.month)
         order by m.month);
end
$$;
comment on function prosa._import_months(uuid, text) is 'The months that the waiting rows of an import need and messages does not have.';
