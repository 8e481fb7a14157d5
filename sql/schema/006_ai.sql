create table prosa.llm_providers (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    name text not null,
    protocol text not null,
    base_url text,
    model_chat text,
    model_embed text,
    dimensions integer,
    secret_name text,
    is_default boolean not null default false,
    config jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint llm_providers_pkey primary key (tenant_id, id),
    constraint llm_providers_name_key unique (tenant_id, name),
    constraint llm_providers_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint llm_providers_protocol_check check (protocol in ('openai', 'mock')),
    constraint llm_providers_base_url_check check (protocol = 'mock' or coalesce(base_url, '') ~ '^https?://'),
    constraint llm_providers_dimensions_check check (dimensions between 1 and 4000),
    constraint llm_providers_secret_name_check check (secret_name ~ '^[A-Za-z0-9_-]{1,64}$'),
    constraint llm_providers_config_check check (
        jsonb_typeof(config) = 'object' and coalesce(config ->> 'timeout_ms', '1') ~ '^[0-9]{1,6}$')
);
create unique index llm_providers_default_key on prosa.llm_providers (tenant_id) where is_default;
comment on table prosa.llm_providers is 'Embedding and LLM endpoints of a tenant; the default one replaces the platform''s of system_config.';
create trigger llm_providers_check before insert or update of base_url on prosa.llm_providers
    for each row execute function prosa._check_llm_provider();
comment on trigger llm_providers_check on prosa.llm_providers is 'Refuses an address that could never be called.';
comment on column prosa.llm_providers.secret_name is 'The tenant''s secret that holds the endpoint''s API key.';
comment on column prosa.llm_providers.config is 'Read by Prosa: timeout_ms (total time of one call).';

create table prosa.agents (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    name text not null,
    agent_type text not null,
    system_prompt text,
    model text,
    rag_enabled boolean not null default true,
    rag_top_k integer not null default 5,
    secret_name text,
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint agents_pkey primary key (tenant_id, id),
    constraint agents_name_key unique (tenant_id, name),
    constraint agents_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint agents_rag_top_k_check check (rag_top_k between 0 and 50)
);
create unique index agents_default_key on prosa.agents (tenant_id) where is_default;
comment on table prosa.agents is 'Assistants of a tenant: how they are instructed, which model they use and how much they retrieve.';
comment on column prosa.agents.agent_type is 'The kind under which consumption is counted, such as SDR or COPILOT.';
comment on column prosa.agents.rag_top_k is 'Passages retrieved for an answer.';
comment on column prosa.agents.secret_name is 'The secret of what the agent acts through, where it has one of its own.';

create table prosa.embedding_spaces (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    model text not null,
    dimensions integer not null,
    distance text not null default 'cosine',
    status text not null default 'active',
    placement text not null default 'shared',
    segment_id uuid not null default '00000000-0000-0000-0000-000000000000',
    ef_search integer not null default 200,
    created_at timestamptz not null default now(),
    constraint embedding_spaces_pkey primary key (tenant_id, id),
    constraint embedding_spaces_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint embedding_spaces_dimensions_check check (dimensions between 1 and 4000),
    constraint embedding_spaces_distance_check check (distance in ('cosine', 'inner_product', 'l2')),
    constraint embedding_spaces_status_check check (status in ('filling', 'active', 'retired')),
    constraint embedding_spaces_placement_check check (
        placement = case segment_id when '00000000-0000-0000-0000-000000000000' then 'shared' else 'own' end)
);
create unique index embedding_spaces_active_key on prosa.embedding_spaces (tenant_id) where status = 'active';
comment on table prosa.embedding_spaces is
'Model, dimensions and distance of a tenant''s embeddings. Vectors of different spaces are never compared; one space of a tenant is active.';
comment on column prosa.embedding_spaces.placement is 'shared: searched exactly, in the partition that small spaces share; own: with an HNSW index, in a partition of its own. Written by maintain().';
comment on column prosa.embedding_spaces.ef_search is 'How many candidates the index of a space of its own keeps in a search: as few as found 99 % of what is nearest when it was built.';
comment on column prosa.embedding_spaces.segment_id is
'The segment that holds the space''s vectors: of embeddings, only rows with this segment_id count. Who writes vectors reads it FOR SHARE first.';

create table prosa.embeddings (
    tenant_id uuid not null,
    space_id uuid not null,
    segment_id uuid not null default '00000000-0000-0000-0000-000000000000',
    kind text not null,
    item_id uuid not null,
    item_created_at timestamptz not null,
    contact_id uuid,
    embedding @extschema:vector@.vector not null,
    -- the item first: whoever changes or removes one knows it, and not its space
    constraint embeddings_pkey primary key (tenant_id, kind, item_id, space_id, segment_id),
    constraint embeddings_space_id_fkey foreign key (tenant_id, space_id)
        references prosa.embedding_spaces (tenant_id, id) on delete cascade,
    constraint embeddings_kind_check check (kind in ('message', 'memory'))
) partition by list (segment_id);
-- a vector that stays in its page is read several times faster than one out of line
alter table prosa.embeddings alter column embedding set storage main;
create table prosa.embeddings_shared partition of prosa.embeddings for values in ('00000000-0000-0000-0000-000000000000');
alter table prosa.embeddings_shared alter column embedding set storage main;
create index embeddings_space_id_idx on prosa.embeddings (tenant_id, space_id, contact_id, item_created_at);
create index embeddings_item_created_at_idx on prosa.embeddings (tenant_id, kind, item_created_at);
comment on table prosa.embeddings is
'Vectors of messages and memory. Small spaces share one partition and are searched exactly; a large one has a partition of its own with an HNSW index. Partitioned by segment rather than by space: a space moves by being copied into another segment, which embedding_spaces names from one moment to the next; what is left in the former one is removed later and counts no more.';
comment on column prosa.embeddings.segment_id is 'As embedding_spaces.segment_id. The zero uuid is the shared segment.';
comment on column prosa.embeddings.item_created_at is 'created_at of the message or memory: with item_id, the key into messages.';
comment on column prosa.embeddings.contact_id is 'Of the message or memory, for filters; null where it has none.';
comment on table prosa.embeddings_shared is 'The vectors of all spaces that have no partition of their own.';

create table prosa.embedding_moves (
    tenant_id uuid not null,
    space_id uuid not null,
    from_segment_id uuid not null,
    to_segment_id uuid not null,
    ef_search integer not null default 200,
    built_at timestamptz not null default clock_timestamp(),
    built_from xid8 not null,
    built_table oid not null,
    switched_at timestamptz,
    swept_kind text not null default '',
    swept_item_id uuid not null default '00000000-0000-0000-0000-000000000000',
    constraint embedding_moves_pkey primary key (tenant_id, space_id),
    constraint embedding_moves_space_id_fkey foreign key (tenant_id, space_id)
        references prosa.embedding_spaces (tenant_id, id) on delete cascade
);
comment on table prosa.embedding_moves is
'Spaces on their way to another segment. Built: the new segment is filled and indexed, and not yet looked at. Switched: it is the space''s, and the former one waits to be removed. maintain() goes on from either.';
comment on column prosa.embedding_moves.built_from is 'Rows of transactions from this one on are compared again before the switch.';
comment on column prosa.embedding_moves.swept_item_id is 'Up to which item of swept_kind the former segment has been emptied.';
comment on column prosa.embedding_moves.built_table is 'The new segment''s table; another oid than that table has now means that the database was restored meanwhile, and the move begins anew.';

insert into prosa.system_config (key, value, description) values
    ('embedding_promotion_rows', '20000', 'From how many vectors of 384 dimensions on (of others as many as take as long to search) a space gets a partition and an HNSW index of its own; below half of that it goes back. A tenant''s setting of the same name comes first'),
    ('embedding_index_memory', '"1GB"', 'Memory for making an HNSW index, where maintenance_work_mem is less');

create table prosa.embedding_queue (
    tenant_id uuid not null,
    kind text not null,
    item_id uuid not null,
    item_created_at timestamptz not null,
    attempts integer not null default 0,
    available_at timestamptz not null default now(),
    failed_at timestamptz,
    last_error text,
    enqueued_at timestamptz not null default now(),
    constraint embedding_queue_pkey primary key (tenant_id, kind, item_id),
    constraint embedding_queue_kind_check check (kind in ('message', 'memory'))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index embedding_queue_available_at_idx on prosa.embedding_queue (tenant_id, available_at) where failed_at is null;
comment on table prosa.embedding_queue is
'What still has to be embedded. A claim moves available_at past its lease, so what a crashed worker held comes back by itself; failed_at marks what was given up.';
