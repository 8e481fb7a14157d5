create table prosa.key_store (
    singleton boolean not null default true,
    directory text not null,
    master_key_id text not null,
    former_master_key_ids text[] not null default '{}',
    constraint key_store_pkey primary key (singleton),
    constraint key_store_singleton_check check (singleton),
    constraint key_store_directory_check check (directory ~ '^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$'),
    constraint key_store_master_key_id_check check (master_key_id ~ '^[0-9a-f]{8}$')
);
comment on table prosa.key_store is
'Where the server finds its keys: one row, written by set_key_directory() and rotate_master_key(). The keys themselves are files.';
comment on column prosa.key_store.directory is 'Holds master-KEYID.key and the pair seal.sec.asc, seal.pub.asc; only the server''s user reads it.';
comment on column prosa.key_store.former_master_key_ids is 'Master keys that were rotated out, which are never taken up again.';

create table prosa.data_keys (
    tenant_id uuid not null,
    key_id text not null,
    wrapped_key bytea not null,
    master_key_id text not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    constraint data_keys_pkey primary key (tenant_id, key_id),
    constraint data_keys_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint data_keys_key_id_check check (key_id ~ '^[0-9a-f]{8}$'),
    constraint data_keys_master_key_id_check check (master_key_id ~ '^[0-9a-f]{8}$')
);
create unique index data_keys_current_key on prosa.data_keys (tenant_id) where retired_at is null;
comment on table prosa.data_keys is
'The keys that encrypt a tenant''s data, each wrapped by the master key. One of a tenant is current; retired ones still decrypt. Without its rows a tenant''s ciphertexts can never be read again.';
comment on column prosa.data_keys.wrapped_key is 'A random 256-bit key, encrypted with the master key master_key_id.';

create table prosa.secrets (
    tenant_id uuid not null,
    name text not null,
    ciphertext text not null,
    last_four text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint secrets_pkey primary key (tenant_id, name),
    constraint secrets_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint secrets_name_check check (name ~ '^[A-Za-z0-9_-]{1,64}$'),
    constraint secrets_ciphertext_check check (ciphertext ~ '^v1:[0-9a-f]{8}:'),
    constraint secrets_last_four_check check (length(last_four) = 4)
);
comment on table prosa.secrets is
'Every credential of a tenant, encrypted: API keys of endpoints, tokens of inboxes, keys of agents and services. What uses one names it.';
comment on column prosa.secrets.last_four is 'The last four characters, to tell keys apart; null when the secret has fewer than twelve.';

create table prosa.external_services (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    name text not null,
    kind text not null,
    base_url text,
    config jsonb not null default '{}',
    secret_name text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint external_services_pkey primary key (tenant_id, id),
    constraint external_services_name_key unique (tenant_id, name),
    constraint external_services_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint external_services_secret_name_fkey foreign key (tenant_id, secret_name) references prosa.secrets (tenant_id, name),
    constraint external_services_name_check check (length(name) between 1 and 80),
    constraint external_services_kind_check check (kind ~ '^[a-z][a-z0-9_-]{0,31}$'),
    constraint external_services_base_url_check check (base_url ~ '^https?://'),
    constraint external_services_config_check check (jsonb_typeof(config) = 'object')
);
comment on table prosa.external_services is 'Services that a tenant''s assistants use, such as a calendar, a CRM or a payment provider.';
comment on column prosa.external_services.kind is 'What it is, such as calendar, crm or payment.';

-- a secret that something names cannot be deleted
alter table prosa.llm_providers
    add constraint llm_providers_secret_name_fkey foreign key (tenant_id, secret_name) references prosa.secrets (tenant_id, name);
alter table prosa.inboxes
    add constraint inboxes_secret_name_fkey foreign key (tenant_id, secret_name) references prosa.secrets (tenant_id, name);
alter table prosa.agents
    add constraint agents_secret_name_fkey foreign key (tenant_id, secret_name) references prosa.secrets (tenant_id, name);
create index llm_providers_secret_name_idx on prosa.llm_providers (tenant_id, secret_name);
create index inboxes_secret_name_idx on prosa.inboxes (tenant_id, secret_name);
create index agents_secret_name_idx on prosa.agents (tenant_id, secret_name);
create index external_services_secret_name_idx on prosa.external_services (tenant_id, secret_name);
