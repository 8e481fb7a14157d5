create or replace function prosa._apply_language()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_tenant_id constant uuid := coalesce(new.tenant_id, old.tenant_id);
    v_language constant text := prosa._tenant_language(v_tenant_id);
begin
    if 'language' in (new.key, old.key) then
        update prosa.conversations c set language = v_language where c.tenant_id = v_tenant_id and c.language <> v_language;
    end if;
    return null;
end
$$;
comment on function prosa._apply_language() is
'Trigger of tenant_settings: conversations carry their tenant''s language, so that recording a message need not look it up. What is recorded already keeps the language it was indexed in.';
