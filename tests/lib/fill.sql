-- Two years of three tenants, as an installation in use has them. Commits.
set client_min_messages = warning;
set timezone = 'UTC';
do $$
declare
    v_tenant uuid;
    v_inbox uuid;
    v_conversation uuid;
    v_name text;
begin
    foreach v_name in array array['sorriso', 'harbor', 'oficina'] loop
        v_tenant := prosa.create_tenant(initcap(v_name), 'enterprise', v_name, jsonb_build_object('language', case v_name when 'harbor' then 'english' else 'portuguese' end, 'note', v_name));
        perform prosa.set_tenant(v_tenant);
        v_inbox := prosa.create_inbox(v_name || '-recepcao');
        perform prosa.create_inbox(v_name || '-site', 'api', config => '{"colour": "blue"}');
        perform prosa.create_api_key(v_tenant, v_name, '{webhook}', inbox_id => v_inbox);
        insert into prosa.secrets (tenant_id, name, ciphertext, last_four) values (v_tenant, 'a_key', 'v1:00000000:' || md5(v_name), 'wxyz');
        insert into prosa.llm_providers (tenant_id, name, protocol, base_url, model_chat, secret_name) values (v_tenant, 'own', 'openai', 'https://llm.example/v1', 'm', 'a_key');
        insert into prosa.agents (tenant_id, name, agent_type, system_prompt, is_default) values (v_tenant, 'Bia', 'SDR', 'Seja breve: "é" não é ''e'' \n', true);
        insert into prosa.data_keys (tenant_id, key_id, wrapped_key, master_key_id) values (v_tenant, '00000000', sha256(v_name::bytea), '00000000');
        insert into prosa.external_services (tenant_id, name, kind, secret_name) values (v_tenant, 'agenda', 'calendar', 'a_key');
        for i in 1..5 loop
            v_conversation := prosa.get_or_create_conversation(v_inbox, prosa.get_or_create_contact('55119000000' || i, 'Contato ' || i));
            perform prosa.record_messages((
                select jsonb_agg(jsonb_build_object(
                    'conversation_id', v_conversation, 'role', case m % 2 when 1 then 'user' else 'assistant' end,
                    'content', format('%s: mensagem %s de %s, ação nº %s 👍', v_name, m, i, md5(m::text)), 'sender_name', 'Contato ' || i,
                    'external_id', format('%s-%s-%s', v_name, i, m), 'agent_type', case m % 2 when 0 then 'SDR' end,
                    'output_tokens', m, 'metadata', jsonb_build_object('m', m),
                    'created_at', now() - interval '24 months' + m * interval '9 days') order by m)
                  from generate_series(1, 80) m));
            perform prosa.set_delivery_status(m.id, m.created_at, 'READ'), prosa.edit_message(m.id, m.created_at, m.content || ' (emendada)')
               from prosa.messages m where m.conversation_id = v_conversation and m.message_index in (2, 76);
            perform prosa.delete_message(m.id, m.created_at) from prosa.messages m where m.conversation_id = v_conversation and m.message_index = 77;
        end loop;
        insert into prosa.usage_closed (tenant_id, before) values (v_tenant, '2020-01-01');
        insert into prosa.embedding_turns (tenant_id, priority, due_at) values (v_tenant, 0, 'infinity');
        insert into prosa.embedding_circuits (key, endpoint, open_until, pause, reason) values (md5(v_name)::uuid, 'mock é', '2020-01-01Z', '1 second', 'busy');
        perform prosa.place_legal_hold(v_tenant, 'processo ' || v_name, conversation_id => v_conversation);
        perform prosa.upsert_memory(null, 'note', v_name || ' fecha aos domingos', '{"key": "domingo"}');
        perform prosa.upsert_memory(null, 'event', v_name || ' de férias', importance => 0.9, expires_at => now() + interval '1 day');
        perform prosa.add_file_text(f.file_id, array['Tabela de preços de ' || v_name, 'Limpeza: R$ 180'])
           from prosa.add_client_file('tabela.pdf', encode(sha256(v_name::bytea), 'hex'), 'application/pdf', 12345, 's3://files/' || v_name, metadata => '{"year": 2026}') f;
        perform prosa.receive_webhook('evolution', null, jsonb_build_object('event', 'messages.upsert', 'apikey', 'secret', 'data', jsonb_build_object(
            'key', jsonb_build_object('remoteJid', '777@lid', 'id', 'W1', 'fromMe', false), 'pushName', 'Lia', 'message', '{"conversation": "Oi"}'::jsonb)));
        perform prosa._settle_messages(), prosa._build_windows();
        -- four of five are embedded, the others wait
        perform prosa.store_embeddings(v_tenant, 'test', (
            select jsonb_agg(jsonb_build_object('kind', q.kind, 'item_id', q.item_id, 'embedding',
                       format('[%s,%s,%s]', get_byte(uuid_send(q.item_id), 15) + 1, get_byte(uuid_send(q.item_id), 14), get_byte(uuid_send(q.item_id), 13))))
              from prosa.embedding_queue q where q.tenant_id = v_tenant and get_byte(uuid_send(q.item_id), 12) % 5 > 0), 1234);
        -- another model is on its way
        perform prosa.reembed(v_tenant, 'test 2', 4, 'inner_product', 'own');
        perform prosa._fill_spaces('0', 10);
    end loop;
end
$$;
insert into prosa.expired_months (name, parent, starts_at, ends_at, swept_to, swept_messages)
values ('messages_nowhere', 'prosa.messages', '2001-01-01Z', '2001-02-01Z', row(gen_random_uuid(), '2001-01-02Z', gen_random_uuid(), gen_random_uuid(), 'é "x"'), 5);
-- months of their own for what waits in the default partition; some consumption summed, some not
select prosa.run_maintenance() \g /dev/null
select prosa.refresh_consumption_summary() \g /dev/null
-- a large space with a partition of its own, and one whose former partition waits to be dropped
select prosa.set_tenant_setting(t.id, 'embedding_promotion_rows', '100') from prosa.tenants t where t.slug = 'harbor' \g /dev/null
select prosa.run_maintenance() \g /dev/null
insert into prosa.embedding_moves (tenant_id, space_id, from_segment_id, to_segment_id, built_from, built_table, switched_at)
select s.tenant_id, s.id, gen_random_uuid(), s.segment_id, '3', 0, now() from prosa.embedding_spaces s where s.placement = 'shared' limit 1;
insert into prosa.quota_blocks (tenant_id, until) select t.id, '2020-01-01Z' from prosa.tenants t;
do $$
begin
    perform prosa.set_tenant(t.id) from prosa.tenants t where t.slug = 'sorriso';
    perform prosa.receive_message('5511900000001', 'depois da soma', external_id => 'late');
    -- and something in the default partition
    insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content)
    select c.tenant_id, '2015-01-01', gen_random_uuid(), c.id, c.inbox_id, c.contact_id, 1000000, 'user', 'muito antiga'
      from prosa.conversations c where c.tenant_id = prosa.current_tenant_id() limit 1;
    insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, role, content, created_at)
    values (prosa.current_tenant_id(), 'old system', 1, 'sorriso-recepcao', '+55 11 90000-0001', 'user', 'importada', now());
end
$$;
select prosa.set_model_price('test', 'BRL', embedding_price => 0.1, valid_from => '2024-01-01') \g /dev/null
update prosa.plans set retention_days = 33, monthly_tokens = 1000000 where code = 'starter';
select prosa.set_config_value('default_language', '"simple"') \g /dev/null
select prosa.finish_job('prosa retention', 'an error of yesterday') \g /dev/null
