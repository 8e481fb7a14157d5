-- Personas and fixtures, so that tests read like sentences. Included after "begin;":  \ir lib/personas.sql
-- Everything here is temporary. The functions that only do something return no row, so that nothing but TAP is printed.
set local client_min_messages = warning;
set local timezone = 'UTC';
create extension if not exists pgtap;

-- ---------------------------------------------------------------- who speaks

-- the tenant is opened as the superuser that runs the tests; the role that follows keeps it, but could not have chosen it
create function pg_temp.become(p_role text, p_tenant_id uuid) returns setof void language plpgsql as $$
begin
    perform set_config('role', 'none', true);
    perform prosa.set_tenant(p_tenant_id);
    perform set_config('role', p_role, true);
end
$$;

create function pg_temp.as_app(p_tenant_id uuid default null) returns setof void language sql as
$$ select pg_temp.become('prosa_app', p_tenant_id) $$;

create function pg_temp.as_worker() returns setof void language sql as $$ select pg_temp.become('prosa_worker', null) $$;
create function pg_temp.as_admin(p_tenant_id uuid default null) returns setof void language sql as
$$ select pg_temp.become('prosa_admin', p_tenant_id) $$;
create function pg_temp.as_monitor() returns setof void language sql as $$ select pg_temp.become('prosa_monitor', null) $$;
-- the superuser that runs the tests, with no tenant
create function pg_temp.reset_role() returns setof void language sql as $$ select pg_temp.become('none', null) $$;

-- ---------------------------------------------------------------- what there is

create function pg_temp.new_tenant(p_slug text, p_plan text default 'enterprise', p_settings jsonb default '{}') returns uuid
    language sql as
$$ select prosa.create_tenant(initcap(p_slug), p_plan, p_slug || '-' || left(gen_random_uuid()::text, 8), p_settings) $$;

-- for a call that needs a tenant, without leaving it set
create function pg_temp.with_tenant(p_tenant_id uuid, p_query text) returns text language plpgsql as $$
declare
    v_role constant text := current_setting('role');
    v_before constant uuid := prosa.current_tenant_id();
    v_result text;
begin
    perform pg_temp.become(v_role, p_tenant_id);
    execute p_query into v_result;
    perform pg_temp.become(v_role, v_before);
    return v_result;
end
$$;

create function pg_temp.new_inbox(p_tenant_id uuid, p_name text default 'recepcao') returns uuid language sql as
$$ select pg_temp.with_tenant(p_tenant_id, format('select prosa.create_inbox(%L)', p_name))::uuid $$;

create function pg_temp.new_contact(p_tenant_id uuid, p_phone text default '+55 11 91234-5678', p_name text default 'Ana') returns uuid
    language sql as
$$ select pg_temp.with_tenant(p_tenant_id, format('select prosa.get_or_create_contact(%L, %L)', p_phone, p_name))::uuid $$;

-- an inbox (the tenant's first is reused), a contact and their open conversation
create function pg_temp.new_conversation(p_tenant_id uuid, p_phone text default '+55 11 91234-5678') returns uuid language plpgsql as $$
declare
    v_inbox_id uuid := (select i.id from prosa.inboxes i where i.tenant_id = p_tenant_id order by i.created_at limit 1);
begin
    return pg_temp.with_tenant(p_tenant_id, format('select prosa.get_or_create_conversation(%L, %L)',
        coalesce(v_inbox_id, pg_temp.new_inbox(p_tenant_id)), pg_temp.new_contact(p_tenant_id, p_phone)));
end
$$;

create function pg_temp.say(
    p_tenant_id uuid, p_conversation_id uuid, p_content text, p_at timestamptz default now(), p_role text default 'user') returns uuid
    language sql as
$$ select pg_temp.with_tenant(p_tenant_id, format('select message_id from prosa.record_message(%L, %L, %L, created_at => %L)',
              p_conversation_id, p_role, p_content, p_at))::uuid $$;

-- what a tenant recorded when it kept its messages for longer
create function pg_temp.with_longer_retention(p_tenant_id uuid, p_statement text) returns text language plpgsql as $$
declare
    v_setting jsonb := (select s.value from prosa.tenant_settings s where s.tenant_id = p_tenant_id and s.key = 'retention_days');
    v_result text;
begin
    perform prosa.set_tenant_setting(p_tenant_id, 'retention_days', '36500');
    v_result := pg_temp.with_tenant(p_tenant_id, p_statement);
    delete from prosa.tenant_settings s where s.tenant_id = p_tenant_id and s.key = 'retention_days';
    insert into prosa.tenant_settings (tenant_id, key, value) select p_tenant_id, 'retention_days', v_setting where v_setting is not null;
    return v_result;
end
$$;

-- a message inserted directly: of any age, in the default partition where its month has no other
create function pg_temp.leave(p_tenant_id uuid, p_conversation_id uuid, p_content text, p_at timestamptz, p_external_id text default null) returns uuid
    language sql as $$
with numbered as (
    update prosa.conversations c set last_message_index = c.last_message_index + 1 where c.tenant_id = p_tenant_id and c.id = p_conversation_id returning c.*
)
insert into prosa.messages (tenant_id, created_at, id, conversation_id, inbox_id, contact_id, message_index, role, content, external_id)
select p_tenant_id, p_at, prosa._uuid_v7(p_at), n.id, n.inbox_id, n.contact_id, n.last_message_index, 'user', p_content, p_external_id from numbered n
returning id
$$;

-- gives a queued message or memory its vector
create function pg_temp.embed_as(p_tenant_id uuid, p_item_id uuid, p_vector text, p_model text default 'test') returns integer
    language sql as
$$ select prosa._settle_messages();
   select prosa.store_embeddings(p_tenant_id, p_model, jsonb_agg(
              jsonb_build_object('kind', q.kind, 'item_id', q.item_id, 'embedding', p_vector)))
     from prosa.embedding_queue q where q.tenant_id = p_tenant_id and q.item_id = p_item_id $$;

-- an Evolution messages.upsert; p_data is merged into one that is complete
create function pg_temp.upsert(p_id text, p_message jsonb, p_type text default null, p_key jsonb default '{}', p_data jsonb default '{}')
    returns jsonb language sql as
$$ select jsonb_build_object(
       'event', 'messages.upsert', 'instance', 'recepcao', 'apikey', 'sk-evolution-secret',
       'data', jsonb_build_object(
           'key', jsonb_build_object('remoteJid', '5511912345678@s.whatsapp.net', 'fromMe', false, 'id', p_id) || p_key,
           'pushName', 'Ana', 'message', p_message, 'messageType', p_type,
           'messageTimestamp', extract(epoch from now())::bigint) || p_data) $$;

create function pg_temp.deliver(p_tenant_id uuid, p_payload jsonb, p_headers jsonb default '{}') returns jsonb language sql as
$$ select pg_temp.with_tenant(p_tenant_id, format('select prosa.receive_webhook(%L, null, %L, %L)', 'evolution', p_payload, p_headers))::jsonb $$;

create function pg_temp.has_java() returns boolean language sql as
$$ select to_regprocedure('prosa._java_embed(text)') is not null $$;

-- everything of one tenant, so that no table is empty; its contents begin with the name
create function pg_temp.populate(p_tenant_id uuid, p_name text) returns setof void language plpgsql as $$
declare
    v_inbox_id uuid := pg_temp.new_inbox(p_tenant_id);
    v_conversation_id uuid := pg_temp.new_conversation(p_tenant_id);
    v_message_id uuid := pg_temp.say(p_tenant_id, v_conversation_id, p_name || ' embedded');
    v_discard text;
begin
    perform prosa.set_tenant_setting(p_tenant_id, 'note', to_jsonb(p_name));
    perform prosa.create_api_key(p_tenant_id, p_name);
    perform prosa.create_api_key(p_tenant_id, p_name, '{webhook}', inbox_id => v_inbox_id);
    insert into prosa.key_store (directory, master_key_id) values ('/nowhere', '00000000') on conflict do nothing;
    insert into prosa.data_keys (tenant_id, key_id, wrapped_key, master_key_id) values (p_tenant_id, '00000000', '\x', '00000000');
    insert into prosa.secrets (tenant_id, name, ciphertext) values (p_tenant_id, p_name, 'v1:00000000:');
    insert into prosa.llm_providers (tenant_id, name, protocol, model_chat, secret_name) values (p_tenant_id, p_name, 'mock', 'mock', p_name);
    insert into prosa.external_services (tenant_id, name, kind) values (p_tenant_id, p_name, 'crm');
    insert into prosa.agents (tenant_id, name, agent_type) values (p_tenant_id, p_name, 'SDR');
    insert into prosa.model_prices (model, valid_from, currency, embedding_price) values ('test', '2020-01-01', 'USD', 1) on conflict do nothing;
    insert into prosa.usage_closed (tenant_id, before) values (p_tenant_id, '2020-01-01');
    insert into prosa.embedding_turns (tenant_id, priority, due_at) values (p_tenant_id, 0, 'infinity') on conflict do nothing;
    insert into prosa.embedding_circuits (key, endpoint, open_until, pause, reason) values (md5(p_name)::uuid, 'mock', '2020-01-01Z', '1 second', 'busy');
    perform pg_temp.embed_as(p_tenant_id, v_message_id, '[1,0,0]');
    insert into prosa.embedding_fills (tenant_id, space_id, finished_at) select s.tenant_id, s.id, now() from prosa.embedding_spaces s where s.tenant_id = p_tenant_id;
    insert into prosa.embedding_moves (tenant_id, space_id, from_segment_id, to_segment_id, built_from, built_table, switched_at)
    select s.tenant_id, s.id, gen_random_uuid(), s.segment_id, '3', 0, now() from prosa.embedding_spaces s where s.tenant_id = p_tenant_id;
    v_discard := pg_temp.with_tenant(p_tenant_id, format(
        'select prosa.upsert_memory(%L, ''note'', %L)', pg_temp.new_contact(p_tenant_id), p_name || ' remembered'));
    v_discard := pg_temp.with_tenant(p_tenant_id, format(
        'select prosa.add_file_text(f.file_id, array[%L]) from prosa.add_client_file(%L, %L) f', p_name || ' filed', p_name || '.pdf', encode(sha256(p_name::bytea), 'hex')));
    perform pg_temp.deliver(p_tenant_id, pg_temp.upsert(p_name || '-1', jsonb_build_object('conversation', p_name || ' queued')));
    v_discard := pg_temp.with_tenant(p_tenant_id, format(
        'select prosa.set_delivery_status(m.id, m.created_at, ''READ'') from prosa.messages m where m.external_id = %L', p_name || '-1'));
    perform prosa.place_legal_hold(p_tenant_id, p_name || ' held', conversation_id => v_conversation_id);
    insert into prosa.expired_months (name, parent, starts_at, ends_at) values ('messages_nowhere', 'prosa.messages', '2001-01-01Z', '2001-02-01Z') on conflict do nothing;
    -- one of a month that has no partition waits in the default one
    perform pg_temp.leave(p_tenant_id, v_conversation_id, p_name || ' old', now() - interval '15 months');
    insert into prosa.message_imports (tenant_id, import_name, row_number, inbox_name, contact, role, content, created_at)
    values (p_tenant_id, p_name, 1, p_name, p_name, 'user', p_name || ' imported', now());
end
$$;
