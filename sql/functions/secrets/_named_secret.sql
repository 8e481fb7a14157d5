create or replace function prosa._named_secret(p_tenant_id uuid, p_name text, p_default_name text, p_sealed text)
    returns text
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name text := nullif(p_name, '');
begin
    if p_sealed is not null then
        v_name := coalesce(v_name, p_default_name);
        perform prosa._keep_secret(p_tenant_id, v_name, p_sealed);
    end if;
    return v_name;
end
$$;
comment on function prosa._named_secret(uuid, text, text, text) is
'The name of the secret that something is to use: as given, '''' for none; a sealed one is kept first, under the default name if need be.';
