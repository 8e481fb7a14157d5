create or replace function prosa._check_llm_provider()
    returns trigger
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._check_base_url(new.base_url);
    return new;
end
$$;
comment on function prosa._check_llm_provider() is 'Refuses an address that could never be called. Trigger of llm_providers.';
