create table prosa.inboxes (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    name text not null,
    channel text not null default 'evolution',
    is_default boolean not null default false,
    config jsonb not null default '{}',
    secret_name text,
    connection_state text,
    connection_state_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint inboxes_pkey primary key (tenant_id, id),
    constraint inboxes_name_key unique (tenant_id, name),
    constraint inboxes_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint inboxes_name_check check (length(name) between 1 and 80),
    constraint inboxes_channel_check check (channel in ('evolution', 'api')),
    constraint inboxes_config_check check (jsonb_typeof(config) = 'object')
);
create unique index inboxes_default_key on prosa.inboxes (tenant_id) where is_default;
comment on table prosa.inboxes is 'Where messages come in: one row a WhatsApp instance or application channel. One of a tenant is its default.';
comment on column prosa.inboxes.connection_state is 'As the instance reported it last, at connection_state_at: open, connecting, close, …';
comment on column prosa.inboxes.secret_name is 'The secret with which Prosa calls the instance, such as its API token.';
comment on column prosa.inboxes.name is 'The instance''s name at the provider, and in /webhook/evolution/{instance}.';

alter table prosa.api_keys
    add constraint api_keys_inbox_id_fkey foreign key (tenant_id, inbox_id) references prosa.inboxes (tenant_id, id) on delete cascade;

create table prosa.contacts (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    name text,
    profile jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint contacts_pkey primary key (tenant_id, id),
    constraint contacts_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint contacts_profile_check check (jsonb_typeof(profile) = 'object')
);
comment on table prosa.contacts is 'The people and groups a tenant talks to.';

create table prosa.contact_identities (
    tenant_id uuid not null,
    kind text not null,
    value text not null,
    contact_id uuid not null,
    created_at timestamptz not null default now(),
    constraint contact_identities_pkey primary key (tenant_id, kind, value),
    constraint contact_identities_contact_id_fkey foreign key (tenant_id, contact_id)
        references prosa.contacts (tenant_id, id) on delete cascade,
    constraint contact_identities_kind_check check (kind in ('phone', 'lid', 'group', 'other')),
    constraint contact_identities_value_check check (length(value) between 1 and 256)
);
create index contact_identities_contact_id_idx on prosa.contact_identities (tenant_id, contact_id);
comment on table prosa.contact_identities is
'How a contact is known: phone (digits, international form), lid (WhatsApp''s opaque id), group, other. One contact may have several.';

create table prosa.inbound_events (
    tenant_id uuid not null,
    id uuid not null,
    inbox_id uuid not null,
    provider text not null,
    event text not null,
    status text not null,
    payload jsonb not null,
    headers jsonb not null default '{}',
    error_code text,
    error_message text,
    received_at timestamptz not null default now(),
    constraint inbound_events_pkey primary key (tenant_id, received_at, id),
    constraint inbound_events_inbox_id_fkey foreign key (tenant_id, inbox_id) references prosa.inboxes (tenant_id, id) on delete cascade,
    constraint inbound_events_status_check check (status in ('stored', 'ignored', 'failed'))
) partition by range (received_at);
comment on table prosa.inbound_events is
'Every webhook call that was accepted: stored (it gave messages, a delivery status or the state of the connection), ignored (an event Prosa has no use for) or failed (its data was bad; the reason stands beside it). Credentials and inline media are taken out of the payload. Partitioned by month (UTC), and kept as long as the tenant''s messages.';

create table prosa.inbound_events_template (like prosa.inbound_events);
comment on table prosa.inbound_events_template is 'Properties that pg_partman gives to new months of inbound_events. Always empty.';

select prosa._partition_by_month('prosa.inbound_events', 'received_at');
