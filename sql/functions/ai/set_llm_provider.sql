create or replace function prosa.set_llm_provider(
    p_tenant_id uuid,
    name text,
    protocol text default null,
    base_url text default null,
    model_chat text default null,
    model_embed text default null,
    dimensions integer default null,
    is_default boolean default null,
    config jsonb default null,
    secret_name text default null,
    sealed_secret text default null)
    returns uuid
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_provider prosa.llm_providers;
    v_is_default boolean;
begin
    -- one at a time for a tenant: one provider is its default
    perform from prosa.tenants t where t.id = p_tenant_id for no key update;
    if not found then
        raise exception using errcode = 'no_data_found', message = format('tenant %s does not exist', p_tenant_id);
    end if;
    if coalesce(btrim(set_llm_provider.name), '') = '' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a provider needs a name';
    end if;
    select p.* into v_provider from prosa.llm_providers p where p.tenant_id = p_tenant_id and p.name = set_llm_provider.name;
    v_provider.secret_name := prosa._named_secret(
        p_tenant_id, coalesce(set_llm_provider.secret_name, v_provider.secret_name), 'llm-' || set_llm_provider.name, sealed_secret);
    v_is_default := coalesce(set_llm_provider.is_default, v_provider.is_default,
        not exists (select from prosa.llm_providers p where p.tenant_id = p_tenant_id and p.is_default));
    if v_is_default then
        update prosa.llm_providers p set is_default = false, updated_at = now()
         where p.tenant_id = p_tenant_id and p.is_default and p.name <> set_llm_provider.name;
    end if;
    if v_provider.id is null then
        insert into prosa.llm_providers as p (tenant_id, name, protocol, base_url, model_chat, model_embed, dimensions, is_default, config, secret_name)
        values (p_tenant_id, set_llm_provider.name, coalesce(set_llm_provider.protocol, 'openai'), set_llm_provider.base_url,
                set_llm_provider.model_chat, set_llm_provider.model_embed, set_llm_provider.dimensions, v_is_default,
                coalesce(set_llm_provider.config, '{}'), v_provider.secret_name)
        returning p.id into v_provider.id;
    else
        update prosa.llm_providers p
           set protocol = coalesce(set_llm_provider.protocol, p.protocol), base_url = coalesce(set_llm_provider.base_url, p.base_url),
               model_chat = coalesce(set_llm_provider.model_chat, p.model_chat), model_embed = coalesce(set_llm_provider.model_embed, p.model_embed),
               dimensions = coalesce(set_llm_provider.dimensions, p.dimensions), is_default = v_is_default,
               config = coalesce(set_llm_provider.config, p.config), secret_name = v_provider.secret_name, updated_at = now()
         where p.tenant_id = p_tenant_id and p.id = v_provider.id;
    end if;
    return v_provider.id;
end
$$;
comment on function prosa.set_llm_provider(uuid, text, text, text, text, text, integer, boolean, jsonb, text, text) is
'Creates an embedding or LLM endpoint of a tenant, or changes the one of that name, and returns its id. What is null stays as it is.
protocol: openai (where nothing is said) or mock. base_url: what the protocol''s paths are appended to. model_chat, model_embed: the models it serves, one or both; dimensions: of its embeddings. is_default: the one the tenant uses; the first is. config: {"timeout_ms": …}. secret_name: a secret of the tenant, '''' for none. sealed_secret: the API key itself, sealed as for set_secret(), kept under secret_name, else llm-NAME.
Errors: P0002 no such tenant; 22023 no name, or a secret that is not sealed or cannot be so named; 23503 no such secret; 23514 bad protocol, address, dimensions or config; 55000 no key directory is configured.
Example: select prosa.set_llm_provider(id, ''openai'', base_url => ''https://api.openai.com/v1'', model_chat => ''gpt-4o-mini'', sealed_secret => :''sealed'') from prosa.tenants where slug = ''sorriso'';';
