create or replace function prosa._reference_tables()
    returns name[]
    language sql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select '{plans,system_config,jobs,schema_migrations,key_store,model_prices,expired_months,embedding_circuits,embedding_scan}'::name[]
$$;
comment on function prosa._reference_tables() is 'The tables of Prosa that belong to no tenant; every other one is a tenant''s.';
