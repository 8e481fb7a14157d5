create table prosa.plans (
    code text not null,
    retention_days integer not null,
    description text not null default '',
    monthly_messages bigint,
    monthly_tokens bigint,
    quota_warning_percent integer not null default 80,
    constraint plans_pkey primary key (code),
    constraint plans_code_check check (code ~ '^[a-z][a-z0-9_]{0,31}$'),
    constraint plans_retention_days_check check (retention_days between 1 and 36500),
    constraint plans_quota_check check (monthly_messages > 0 and monthly_tokens > 0 and quota_warning_percent between 1 and 100)
);
comment on table prosa.plans is 'What a tenant may use: how long its messages are kept, and how much a month. A reference table, readable by all.';
comment on column prosa.plans.retention_days is 'Days after which retention removes a message; a tenant''s setting retention_days goes before it.';
comment on column prosa.plans.monthly_messages is 'Messages in and out in a month (UTC) after which the machine writes no more; null: unlimited. See quota_status.';
comment on column prosa.plans.monthly_tokens is 'Input and output tokens in a month (UTC) after which the machine writes no more; null: unlimited. Embedding tokens do not count.';
comment on column prosa.plans.quota_warning_percent is 'Part of a quota from which quota_status and doctor() warn.';

insert into prosa.plans (code, retention_days, description) values
    ('starter', 30, 'Messages are kept for 30 days'),
    ('pro', 180, 'Messages are kept for 180 days'),
    ('scale', 365, 'Messages are kept for one year'),
    ('enterprise', 730, 'Messages are kept for two years');

create table prosa.tenants (
    id uuid not null default gen_random_uuid(),
    slug text not null,
    name text not null,
    plan text not null default 'starter',
    status text not null default 'active',
    system_prompt text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tenants_pkey primary key (id),
    constraint tenants_plan_fkey foreign key (plan) references prosa.plans (code),
    constraint tenants_slug_check check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    constraint tenants_name_check check (length(name) between 1 and 160),
    constraint tenants_status_check check (status in ('active', 'trial', 'suspended'))
);
-- of an expression that is not leakproof: an index of the slug itself is searched before row security, and its plan tells what it found
create unique index tenants_slug_key on prosa.tenants (lower(slug));
comment on table prosa.tenants is 'One row a customer of the platform. Its id is the tenant_id of every other table.';
comment on column prosa.tenants.slug is 'Name in URLs and on the command line, unique on the platform.';
comment on column prosa.tenants.system_prompt is 'Instructions that open every prompt of the tenant; an agent''s own replace them.';

create table prosa.tenant_settings (
    tenant_id uuid not null,
    key text not null,
    value jsonb not null,
    updated_at timestamptz not null default now(),
    constraint tenant_settings_pkey primary key (tenant_id, key),
    constraint tenant_settings_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint tenant_settings_key_check check (key ~ '^[a-z][a-z0-9_.]{0,62}$')
);
comment on table prosa.tenant_settings is
'Settings of a tenant, one a row. Read by Prosa itself: language (a text search configuration such as "portuguese") and retention_days (instead of the plans).';

create table prosa.system_config (
    key text not null,
    value jsonb not null,
    description text not null default '',
    updated_at timestamptz not null default now(),
    constraint system_config_pkey primary key (key),
    constraint system_config_key_check check (key ~ '^[a-z][a-z0-9_.]{0,62}$')
);
comment on table prosa.system_config is 'Settings of the whole platform, one a row; change them with set_config_value().';

insert into prosa.system_config (key, value, description) values
    ('default_language', '"portuguese"', 'Text search configuration of tenants that name none'),
    ('tenant_context', '"sealed"', 'sealed: a tenant is opened by its API key, or by a role that may choose it; plain: every application is trusted to set app.tenant_id'),
    ('embedding_provider', '{"protocol": "openai", "base_url": "http://127.0.0.1:8080/v1", "model": "bge-small-en-v1.5-q", "dimensions": 384}',
     'Embedding endpoint of tenants without one of their own (see provider_config); at first the built-in model of a gateway beside the server'),
    ('chat_provider', '{"protocol": "mock", "model": "mock"}', 'LLM endpoint of tenants without one of their own (see provider_config); mock is for trying out'),
    ('egress_allowed_hosts', '[]', 'Hosts ("host" or "host:port") whose endpoints may be at http:// or at private and loopback addresses; all others: https and public addresses'),
    ('job_scheduler', '"worker"', 'Who runs the scheduled jobs: worker or pg_cron; written by schedule_jobs() and unschedule_jobs()');

create table prosa.api_keys (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    name text not null,
    scopes text[] not null,
    inbox_id uuid,
    key_hash bytea not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_pkey primary key (tenant_id, id),
    constraint api_keys_key_hash_key unique (tenant_id, key_hash),
    constraint api_keys_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint api_keys_name_check check (length(name) between 1 and 160),
    constraint api_keys_scopes_check check (cardinality(scopes) > 0 and scopes <@ array['api', 'webhook']),
    constraint api_keys_webhook_check check (not 'webhook' = any (scopes) or inbox_id is not null)
);
comment on table prosa.api_keys is
'Keys of applications (scope api) and of inboxes'' webhooks (scope webhook). The key itself is shown once, by create_api_key(); only its SHA-256 is kept.';

create table prosa.api_key_uses (
    tenant_id uuid not null,
    key_id uuid not null,
    last_used_at timestamptz,
    constraint api_key_uses_pkey primary key (tenant_id, key_id),
    constraint api_key_uses_key_id_fkey foreign key (tenant_id, key_id) references prosa.api_keys (tenant_id, id) on delete cascade
);
comment on table prosa.api_key_uses is
'When a key was used last, to five minutes. Apart from the keys, so that a long transaction that used one does not hold up its revocation.';

create table prosa.tenant_roles (
    tenant_id uuid not null,
    role_name name not null,
    created_at timestamptz not null default now(),
    constraint tenant_roles_pkey primary key (tenant_id, role_name),
    constraint tenant_roles_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade
);
create index tenant_roles_role_name_idx on prosa.tenant_roles (role_name);
comment on table prosa.tenant_roles is
'Database roles that see these tenants and nothing else; written by grant_tenant_role() and revoke_tenant_role().';

create view prosa.valid_api_keys with (security_invoker = true) as
select k.tenant_id, k.id, k.inbox_id, k.scopes, k.key_hash, k.expires_at,
       coalesce(u.last_used_at > now() - interval '5 minutes', false) as is_use_known
  from prosa.api_keys k
  join prosa.api_key_uses u on u.tenant_id = k.tenant_id and u.key_id = k.id
 where k.revoked_at is null
   and (k.expires_at is null or k.expires_at > statement_timestamp())
   -- a role that is bound to tenants stays with them
   and (not exists (select from prosa.tenant_roles) or coalesce(k.tenant_id = any (prosa._caller_tenants()), true));
comment on view prosa.valid_api_keys is
'The keys that the calling role may use now: what authenticate() and record_message() ask, with the tenant and the hash of a key. Nobody may read it.';
comment on column prosa.valid_api_keys.is_use_known is 'last_used_at of the key says so already.';

-- A materialized view, because a dump carries its definition and not its contents: a restored database has another secret.
create materialized view prosa.context_secret as select @extschema:pgcrypto@.gen_random_bytes(32) as secret;
comment on materialized view prosa.context_secret is
'Key of the seals of tenant contexts: one random row, read by _seal() alone. REFRESH MATERIALIZED VIEW makes another, and ends the contexts that are open.';
