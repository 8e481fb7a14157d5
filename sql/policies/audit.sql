-- What is audited, a table a line, with the columns whose changes are traffic: those are not recorded.
select prosa._audit_table(format('prosa.%I', t.name)::regclass, t.traffic)
  from (values
    ('plans', '{}'::text[]),
    ('model_prices', '{}'),
    ('tenants', '{}'),
    ('tenant_settings', '{}'),
    ('legal_holds', '{}'),
    ('system_config', '{}'),
    ('api_keys', '{}'),
    ('tenant_roles', '{}'),
    ('inboxes', '{connection_state,connection_state_at}'),
    ('llm_providers', '{}'),
    ('agents', '{}'),
    ('external_services', '{}'),
    ('secrets', '{}'),
    ('key_store', '{}'),
    ('jobs', '{next_run_at,last_started_at,last_finished_at,last_error}')) t (name, traffic);
