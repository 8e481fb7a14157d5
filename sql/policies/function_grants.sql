-- Nothing to PUBLIC; every function belongs to prosa_owner, but for the one that reads key files; each role gets what it
-- is listed for.
do $$
declare
    v_routine regprocedure;
begin
    for v_routine in select p.oid from pg_proc p where p.pronamespace = 'prosa'::regnamespace loop
        execute format('revoke all on routine %s from public', v_routine);
        execute format('alter routine %s owner to %I', v_routine,
                       case v_routine when 'prosa._read_key(text, text)'::regprocedure then 'prosa_keyring' else 'prosa_owner' end);
    end loop;
    for v_routine in
        -- what everyone needs: the context, and what a plain query calls
        select p.oid from pg_proc p where p.pronamespace = 'prosa'::regnamespace and p.proname in
            ('version', 'current_tenant_id', '_context_tenant', '_require_tenant', '_require_java', 'public_key')
    loop
        execute format('grant execute on routine %s to prosa_app, prosa_worker, prosa_admin, prosa_monitor', v_routine);
    end loop;
    for v_routine in
        -- a tenant's application; the inner writers check that their tenant is the current one
        select p.oid from pg_proc p where p.pronamespace = 'prosa'::regnamespace and p.proname in
            ('set_tenant', 'authenticate', 'create_inbox', '_create_inbox', 'get_or_create_contact', '_get_or_create_contact', '_phone',
             'forget_memory', '_forget_memory', 'add_client_file', '_add_client_file', 'add_file_chunks', '_add_file_chunks',
             'add_file_text', '_add_file_text', 'delete_client_file', '_delete_client_file',
             'get_or_create_conversation', '_get_or_create_conversation', 'receive_message', 'receive_webhook', '_receive_webhook',
             'record_message', '_record_message', 'commit_message', 'record_messages', '_record_messages', 'conversation_history',
             'edit_message', '_edit_message', 'delete_message', '_delete_message', 'set_delivery_status', '_set_delivery_status',
             'mark_read', '_mark_read', 'find_message', 'message_history', '_check_page', 'last_messages', 'contact_messages', 'search_messages',
             'provider_config', 'embed', 'embed_query', 'chat_complete', 'reply_prompt', 'reply',
             'create_embedding_space', 'reembed', 'reembed_status', 'cancel_reembed', 'activate_embedding_space', 'drop_embedding_space',
             'upsert_memory', '_upsert_memory', 'semantic_search', 'search_memory', 'hybrid_search',
             'encrypt_sensitive_field', 'decrypt_sensitive_field')
    loop
        execute format('grant execute on routine %s to prosa_app, prosa_admin', v_routine);
    end loop;
    for v_routine in
        select p.oid from pg_proc p where p.pronamespace = 'prosa'::regnamespace and p.proname in
            ('create_tenant', 'set_tenant_setting', 'set_config_value', 'create_api_key', 'rotate_api_key',
             'revoke_api_key', 'list_api_keys', 'grant_tenant_role', '_grant_tenant_role', 'revoke_tenant_role', '_revoke_tenant_role', 'doctor', 'lint',
             'verify_audit_chain', 'place_legal_hold', 'release_legal_hold', 'retention_preview', 'set_secret', 'delete_secret', 'list_secrets', 'rotate_tenant_key',
             'set_llm_provider', 'set_external_service', 'set_inbox_secret', 'set_agent_secret',
             'set_model_price', 'recalculate_consumption', 'retry_dead_letters', 'resume_embeddings',
             'reindex_embeddings', '_begin_reindex', 'probe_embedding_recall', '_segment_table',
             'import_messages', '_open_import', '_import_months', '_ensure_month', '_import_batch')
    loop
        execute format('grant execute on routine %s to prosa_admin', v_routine);
    end loop;
    for v_routine in
        select p.oid from pg_proc p where p.pronamespace = 'prosa'::regnamespace and p.proname in
            ('claim_embeddings', 'store_embeddings', 'fail_embeddings', '_claim_batch', '_embed_step', '_close_circuit', 'process_embedding_queue',
             'due_job', 'finish_job', 'run_maintenance', 'maintain', '_run_maintenance', 'cleanup_old_messages', 'enforce_retention', '_enforce_retention', 'refresh_consumption_summary',
             'settle_messages', '_settle_messages', 'place_embeddings', '_place_embeddings', 'process_memory_windows', '_build_windows')
    loop
        execute format('grant execute on routine %s to prosa_worker, prosa_admin', v_routine);
    end loop;
end
$$;
grant execute on function prosa.doctor(), prosa.lint(name), prosa.retention_preview(), prosa.verify_audit_chain(uuid, timestamptz, timestamptz) to prosa_monitor;
grant execute on function prosa._read_key(text, text) to prosa_owner;
-- for what calls endpoints; prosa_app, which applications log in as, must not have it
grant execute on function prosa._reveal_secret(uuid, text) to prosa_worker;
