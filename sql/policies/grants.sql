-- Grants on tables, from nothing: revoke first, so that this file is the whole truth.
do $$
declare
    v_relation regclass;
begin
    for v_relation in
        select c.oid from pg_class c where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    loop
        execute format('revoke all on %s from public, prosa_app, prosa_worker, prosa_admin, prosa_monitor', v_relation);
    end loop;
end
$$;

-- a tenant's application reads its own rows and writes through functions
grant select on
    prosa.plans, prosa.tenants, prosa.tenant_settings,
    prosa.client_files,
    prosa.inboxes, prosa.contacts, prosa.contact_identities, prosa.inbound_events,
    prosa.conversations, prosa.inbox_counts, prosa.messages, prosa.message_events,
    prosa.usage_daily, prosa.message_outbox, prosa.model_prices, prosa.usage_live, prosa.consumption_model_daily,
    prosa.consumption_inbox_daily, prosa.mv_tenant_consumption_summary, prosa.quota_status, prosa.tenant_metrics,
    prosa.agents, prosa.embedding_spaces, prosa.embeddings, prosa.memory_chunks
    to prosa_app;

-- the operator sees every tenant and configures what has no function of its own yet
grant select on
    prosa.plans, prosa.tenants, prosa.tenant_settings, prosa.system_config, prosa.api_key_uses, prosa.tenant_roles,
    prosa.client_files, prosa.memory_progress,
    prosa.inboxes, prosa.contacts, prosa.contact_identities, prosa.inbound_events,
    prosa.conversations, prosa.inbox_counts, prosa.messages, prosa.message_events, prosa.message_ledger,
    prosa.usage_daily, prosa.message_outbox, prosa.model_prices, prosa.usage_live, prosa.consumption_model_daily,
    prosa.consumption_inbox_daily, prosa.mv_tenant_consumption_summary, prosa.quota_status, prosa.tenant_metrics,
    prosa.usage_closed, prosa.quota_blocks,
    prosa.llm_providers, prosa.agents, prosa.external_services, prosa.embedding_spaces, prosa.embedding_fills, prosa.embeddings, prosa.embedding_moves, prosa.embedding_queue,
    prosa.embedding_coverage, prosa.embedding_index_health,
    prosa.embedding_turns, prosa.embedding_circuits, prosa.embedding_rates, prosa.embedding_queue_status,
    prosa.memory_chunks, prosa.legal_holds, prosa.expired_months, prosa.jobs, prosa.schema_migrations, prosa.audit_log, prosa.audit_heads
    to prosa_admin;
grant insert, update, delete on prosa.plans, prosa.model_prices, prosa.tenant_settings, prosa.llm_providers, prosa.agents to prosa_admin;
grant delete on prosa.external_services to prosa_admin;
grant select, insert, delete on prosa.message_imports to prosa_admin;
grant select on prosa.import_status to prosa_admin;
grant update (name, plan, status, system_prompt, updated_at) on prosa.tenants to prosa_admin;

grant select on
    prosa.usage_daily, prosa.model_prices, prosa.usage_live, prosa.consumption_model_daily,
    prosa.consumption_inbox_daily, prosa.mv_tenant_consumption_summary, prosa.plans, prosa.quota_status, prosa.jobs,
    prosa.audit_heads
    to prosa_monitor;
-- what consumption counts, without the providers' ids
grant select (tenant_id, inbox_id, created_at, role, agent_type, model, input_tokens, output_tokens, cached_tokens) on prosa.message_outbox
    to prosa_monitor;
-- which plan a tenant has, for quota_status; neither its name nor its instructions
grant select (id, plan) on prosa.tenants to prosa_monitor;
-- without last_error: an endpoint may repeat in it what it was sent
grant select (tenant_id, kind, item_id, item_created_at, space_id, priority, attempts, is_leased, available_at, failed_at, enqueued_at)
    on prosa.embedding_queue to prosa_monitor;
grant select (key, endpoint, failures, opened_at, open_until, pause, probe_until) on prosa.embedding_circuits to prosa_monitor;
-- how a tenant's queue stands, for itself too
grant select (tenant_id, priority, attempts, is_leased, available_at, failed_at, enqueued_at) on prosa.embedding_queue to prosa_app;
grant select (tenant_id, endpoint_state, paused_until, held_until, served_at) on prosa.embedding_turns to prosa_app;
grant select (tenant_id, priority, due_at, served_at, held_until, endpoint_state, paused_until) on prosa.embedding_turns to prosa_monitor;
grant select on prosa.embedding_rates, prosa.embedding_queue_status to prosa_app, prosa_monitor;
