create or replace function prosa._tenant_language(p_tenant_id uuid)
    returns text
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name text;
begin
    select s.value #>> '{}' into v_name from prosa.tenant_settings s where s.tenant_id = p_tenant_id and s.key = 'language';
    if v_name is null then
        select c.value #>> '{}' into v_name from prosa.system_config c where c.key = 'default_language';
    end if;
    return coalesce(v_name, 'simple');
end
$$;
comment on function prosa._tenant_language(uuid) is
'Text search configuration of a tenant: its setting language, else the platform''s default_language, else simple.';
