create or replace function prosa.create_tenant(
    name text,
    plan text default 'starter',
    slug text default null,
    settings jsonb default '{}')
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_id uuid := gen_random_uuid();
    v_slug text := coalesce(create_tenant.slug, prosa._slug(create_tenant.name) || '-' || left(v_id::text, 8));
begin
    if coalesce(btrim(create_tenant.name), '') = '' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a tenant needs a name';
    end if;
    if v_slug !~ '^[a-z0-9][a-z0-9-]{0,62}$' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('"%s" is not a slug', left(v_slug, 80)),
            hint = 'A slug has lower-case letters, digits and hyphens, 63 at most, and begins with a letter or digit.';
    end if;
    if jsonb_typeof(coalesce(create_tenant.settings, '{}')) <> 'object' then
        raise exception using errcode = 'invalid_parameter_value', message = 'settings must be a JSON object';
    end if;
    if not exists (select from prosa.plans p where p.code = create_tenant.plan) then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('there is no plan "%s"', create_tenant.plan),
            hint = (select 'Plans: ' || string_agg(p.code, ', ' order by p.retention_days) from prosa.plans p);
    end if;
    insert into prosa.tenants (id, slug, name, plan) values (v_id, v_slug, create_tenant.name, create_tenant.plan);
    perform prosa._set_tenant_setting(v_id, s.key, s.value) from jsonb_each(coalesce(create_tenant.settings, '{}')) s order by s.key;
    return v_id;
exception when unique_violation then
    raise exception using
        errcode = 'unique_violation',
        message = format('the slug "%s" is taken', v_slug),
        hint = 'Choose another slug.';
end
$$;
comment on function prosa.create_tenant(text, text, text, jsonb) is
'Creates a tenant and returns its id.
plan: a code of prosa.plans. slug: lower-case letters, digits and hyphens, unique; made from the name when null. settings: a JSON object, one tenant setting a key; "language" names a text search configuration.
Errors: 22023 bad name, slug, plan or settings; 23505 slug taken.
Example: select prosa.create_tenant(''Clínica Sorriso'', ''pro'', ''sorriso'', ''{"language": "portuguese"}'');';
