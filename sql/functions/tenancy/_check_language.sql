create or replace function prosa._check_language(p_value jsonb)
    returns void
    language plpgsql stable parallel unsafe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_name text := p_value #>> '{}';
    v_config regconfig;
begin
    -- an object's number would be taken for it, and is another one after a restore
    if jsonb_typeof(p_value) = 'string' and v_name !~ '^[0-9-]' then
        begin
            v_config := v_name::regconfig;
        exception when undefined_object or invalid_schema_name or syntax_error or invalid_name then
            v_config := null;
        end;
    end if;
    if v_config is null and jsonb_typeof(p_value) <> 'null' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('there is no text search configuration %s', p_value),
            hint = 'Languages: ' || (select string_agg(distinct c.cfgname, ', ' order by c.cfgname) from pg_ts_config c);
    end if;
end
$$;
comment on function prosa._check_language(jsonb) is
'Refuses with 22023 a language that names no text search configuration: it indexes every message, so none could be written. JSON null stands for the default.';
