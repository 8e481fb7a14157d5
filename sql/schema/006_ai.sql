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
        jsonb_typeof(config) = 'object' and coalesce(config ->> 'timeout_ms', '1') ~ '^[0-9]{1,6}$'
        and coalesce(config ->> 'max_batch', '1') ~ '^[1-9][0-9]{0,3}$' and coalesce(config ->> 'max_batch_chars', '1') ~ '^[1-9][0-9]{0,6}$')
);
create unique index llm_providers_default_key on prosa.llm_providers (tenant_id) where is_default;
comment on table prosa.llm_providers is 'Embedding and LLM endpoints of a tenant; the default one replaces the platform''s of system_config.';
create trigger llm_providers_check before insert or update of base_url on prosa.llm_providers
    for each row execute function prosa._check_llm_provider();
comment on trigger llm_providers_check on prosa.llm_providers is 'Refuses an address that could never be called.';
comment on column prosa.llm_providers.secret_name is 'The tenant''s secret that holds the endpoint''s API key.';
comment on column prosa.llm_providers.config is 'Read by Prosa: timeout_ms (total time of one call); max_batch (texts in one call, 64 or what the caller of the queue says) and max_batch_chars (their characters together, 250000), as the endpoint allows.';

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
    request_model text,
    configured_model text,
    dimensions integer,
    distance text not null default 'cosine',
    provider_name text,
    status text not null default 'active',
    placement text not null default 'shared',
    segment_id uuid not null default '00000000-0000-0000-0000-000000000000',
    ef_search integer not null default 200,
    created_at timestamptz not null default now(),
    activated_at timestamptz,
    retired_at timestamptz,
    constraint embedding_spaces_pkey primary key (tenant_id, id),
    constraint embedding_spaces_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint embedding_spaces_provider_name_fkey foreign key (tenant_id, provider_name) references prosa.llm_providers (tenant_id, name),
    constraint embedding_spaces_model_check check (model ~ '[^[:space:]]'),
    constraint embedding_spaces_dimensions_check check (dimensions between 1 and 4000),
    constraint embedding_spaces_distance_check check (distance in ('cosine', 'inner_product', 'l2')),
    constraint embedding_spaces_status_check check (status in ('filling', 'active', 'retired')),
    constraint embedding_spaces_placement_check check (
        placement = case segment_id when '00000000-0000-0000-0000-000000000000' then 'shared' else 'own' end)
);
create unique index embedding_spaces_active_key on prosa.embedding_spaces (tenant_id) where status = 'active';
create unique index embedding_spaces_filling_key on prosa.embedding_spaces (tenant_id) where status = 'filling';
create index embedding_spaces_provider_name_idx on prosa.embedding_spaces (tenant_id, provider_name);
comment on table prosa.embedding_spaces is
'Model, dimensions and distance of a tenant''s embeddings. Vectors of different spaces are never compared; one space of a tenant is active, and one at most is being filled to replace it.';
comment on column prosa.embedding_spaces.placement is 'shared: searched exactly, in the partition that small spaces share; own: with an HNSW index, in a partition of its own. Written by maintain().';
comment on column prosa.embedding_spaces.ef_search is 'How many candidates the index of a space of its own keeps in a search: a step more than found 99 % of what is nearest when it was built.';
comment on column prosa.embedding_spaces.segment_id is
'The segment that holds the space''s vectors: of embeddings, only rows with this segment_id count. Who writes vectors reads it FOR SHARE first.';
comment on column prosa.embedding_spaces.model is 'The model as the endpoint''s answers name it.';
comment on column prosa.embedding_spaces.request_model is 'What the endpoint is asked for, where its answers call the model otherwise.';
comment on column prosa.embedding_spaces.configured_model is 'The model that the endpoint was configured for when the space was made: another one since then is a change that waits for reembed().';
comment on column prosa.embedding_spaces.dimensions is 'Null until the first embedding, where nobody said.';
comment on column prosa.embedding_spaces.provider_name is 'The tenant''s endpoint that serves the model; null for its default one, or else the platform''s.';
comment on column prosa.embedding_spaces.status is 'active is searched; filling will be; retired is kept until drop_embedding_space(), and was active before if it has a time of activation.';

create table prosa.embedding_fills (
    tenant_id uuid not null,
    space_id uuid not null,
    pass integer not null default 1,
    kind text not null default 'message',
    before_created_at timestamptz not null default 'infinity',
    before_id uuid not null default 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    queued_in_pass bigint not null default 0,
    items_before bigint not null default 0,
    started_at timestamptz not null default now(),
    checked_at timestamptz not null default '-infinity',
    barrier xid8,
    scanned_at timestamptz,
    finished_at timestamptz,
    last_error text,
    constraint embedding_fills_pkey primary key (tenant_id, space_id),
    constraint embedding_fills_space_id_fkey foreign key (tenant_id, space_id)
        references prosa.embedding_spaces (tenant_id, id) on delete cascade,
    constraint embedding_fills_kind_check check (kind in ('message', 'memory'))
);
create index embedding_fills_checked_at_idx on prosa.embedding_fills (checked_at) where finished_at is null;
comment on table prosa.embedding_fills is
'How far each filling of a space has come: it walks through the tenant''s messages from the newest back and then through its memories, and queues what the space lacks, a little at a time.';
comment on column prosa.embedding_fills.pass is 'The walks after the first look whether anything was missed; one that finds nothing ends the search.';
comment on column prosa.embedding_fills.before_created_at is 'With before_id, where the walk continues.';
comment on column prosa.embedding_fills.items_before is 'Vectors that the space had when its filling began.';
comment on column prosa.embedding_fills.barrier is 'The second walk waits for transactions that began before this one: they may have seen the space as it was.';
comment on column prosa.embedding_fills.scanned_at is 'When a walk found nothing missing.';
comment on column prosa.embedding_fills.last_error is 'Why the last step failed; it is tried again.';

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
    space_id uuid,
    -- a primary key takes no null, and without a primary key no deletion could be replicated
    space_key uuid not null generated always as (coalesce(space_id, '00000000-0000-0000-0000-000000000000')) stored,
    priority smallint not null default 0,
    attempts integer not null default 0,
    is_leased boolean not null default false,
    -- not now(): items of one transaction have an order, and a long transaction's come after what was claimed meanwhile
    available_at timestamptz not null default clock_timestamp(),
    failed_at timestamptz,
    last_error text,
    enqueued_at timestamptz not null default now(),
    constraint embedding_queue_pkey primary key (tenant_id, kind, item_id, space_key),
    constraint embedding_queue_kind_check check (kind in ('message', 'memory')),
    constraint embedding_queue_priority_check check (priority between 0 and 9)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index embedding_queue_available_at_idx on prosa.embedding_queue (tenant_id, priority, available_at, item_id) where failed_at is null;
create index embedding_queue_space_id_idx on prosa.embedding_queue (tenant_id, space_id) where space_id is not null;
create index embedding_queue_failed_at_idx on prosa.embedding_queue (tenant_id, failed_at) where failed_at is not null;
comment on table prosa.embedding_queue is
'What still has to be embedded. A claim moves available_at past its lease, so what a crashed worker held comes back by itself; failed_at marks dead letters.';
comment on column prosa.embedding_queue.space_id is 'The space that lacks the item; null: whichever is active when it is claimed.';
comment on column prosa.embedding_queue.space_key is 'space_id, or zero: an item waits once for each space.';
comment on column prosa.embedding_queue.priority is 'Lower ones come first: 0 is new work, 1 is backfill.';
comment on column prosa.embedding_queue.attempts is 'Claims that ended without an embedding by the item''s own fault, or in a crash, and the present one.';
comment on column prosa.embedding_queue.is_leased is 'Claimed: until available_at somebody embeds it.';
comment on column prosa.embedding_queue.failed_at is 'When it was given up: a dead letter, see retry_dead_letters().';

create table prosa.embedding_turns (
    tenant_id uuid not null,
    priority smallint not null,
    due_at timestamptz not null,
    served_at timestamptz not null default clock_timestamp(),
    held_until timestamptz not null default '-infinity',
    endpoint_state text not null default 'ready',
    paused_until timestamptz,
    cursor_at timestamptz not null default '-infinity',
    cursor_id uuid not null default '00000000-0000-0000-0000-000000000000',
    rescan_at timestamptz not null default '-infinity',
    constraint embedding_turns_pkey primary key (tenant_id, priority),
    constraint embedding_turns_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint embedding_turns_endpoint_state_check check (endpoint_state in ('ready', 'paused', 'probing', 'missing'))
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table prosa.embedding_turns is
'Who has work in the embedding queue: claims serve the tenant that was served longest ago. The cursor saves them the entries of what is done, which an index keeps for as long as somebody''s snapshot might see it.';
comment on column prosa.embedding_turns.due_at is 'No item is known to be due before; infinity where none is known. _find_turns() notices new ones.';
comment on column prosa.embedding_turns.held_until is 'Not looked at before, since the endpoint could not be called.';
comment on column prosa.embedding_turns.endpoint_state is 'What the last look found: ready, paused (its circuit is open), probing (another caller finds out whether it is back), missing (none is configured).';
comment on column prosa.embedding_turns.paused_until is 'When a paused endpoint is called again.';
comment on column prosa.embedding_turns.cursor_at is 'With cursor_id: the first item of the last batch; what is before it is done, but for what was committed late.';
comment on column prosa.embedding_turns.rescan_at is 'When the queue may be read from its beginning again, for what was committed late.';

create table prosa.embedding_scan (
    is_only boolean not null default true,
    next_at timestamptz not null default '-infinity',
    constraint embedding_scan_pkey primary key (is_only),
    constraint embedding_scan_is_only_check check (is_only)
);
insert into prosa.embedding_scan default values;
comment on table prosa.embedding_scan is 'When the queue may be asked again which tenants have work; one row.';

create table prosa.embedding_circuits (
    key uuid not null,
    endpoint text not null,
    failures integer not null default 1,
    opened_at timestamptz not null default clock_timestamp(),
    open_until timestamptz not null,
    pause interval not null,
    probe_until timestamptz,
    reason text not null,
    constraint embedding_circuits_pkey primary key (key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
comment on table prosa.embedding_circuits is
'Embedding endpoints that are left alone for a while, shared by all workers and sessions. No row: the endpoint is called. After open_until one caller finds out whether it is back.';
comment on column prosa.embedding_circuits.key is 'A hash of the endpoint''s configuration, or of a tenant and space where the database refuses the endpoint''s vectors.';
comment on column prosa.embedding_circuits.endpoint is 'Protocol, origin and model; never a key, nor a path.';
comment on column prosa.embedding_circuits.pause is 'Its length this time; the next one is twice as long.';
comment on column prosa.embedding_circuits.probe_until is 'Until when a caller is finding out.';

create table prosa.embedding_rates (
    tenant_id uuid not null,
    minute timestamptz not null,
    embedded bigint not null default 0,
    failed bigint not null default 0,
    constraint embedding_rates_pkey primary key (tenant_id, minute),
    constraint embedding_rates_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade
) with (fillfactor = 50);
comment on table prosa.embedding_rates is 'What became of queue items in each minute of the last hour.';
comment on column prosa.embedding_rates.failed is 'Attempts that failed by the item''s own fault.';

create view prosa.embedding_queue_status with (security_invoker = true) as
select t.id as tenant_id,
       coalesce(q.due, 0) + coalesce(q.leased, 0) + coalesce(q.waiting, 0) as depth,
       coalesce(q.due, 0) as due,
       coalesce(q.leased, 0) as leased,
       coalesce(q.waiting, 0) as waiting,
       coalesce(q.dead, 0) as dead,
       coalesce(q.backfill, 0) as backfill,
       q.oldest_at,
       coalesce(r.embedded, 0) as embedded_5_minutes,
       round(coalesce(r.embedded, 0) / 5.0, 1) as embedded_per_minute,
       coalesce(r.failed, 0) as failed_5_minutes,
       coalesce(u.endpoint_state, 'ready') as endpoint_state,
       u.paused_until
  from prosa.tenants t
  left join (
        select i.tenant_id,
               count(*) filter (where i.failed_at is null and i.available_at <= clock_timestamp()) as due,
               count(*) filter (where i.failed_at is null and i.available_at > clock_timestamp() and i.is_leased) as leased,
               count(*) filter (where i.failed_at is null and i.available_at > clock_timestamp() and not i.is_leased) as waiting,
               count(*) filter (where i.failed_at is not null) as dead,
               count(*) filter (where i.failed_at is null and i.priority > 0) as backfill,
               min(i.enqueued_at) filter (where i.failed_at is null) as oldest_at
          from prosa.embedding_queue i
         group by i.tenant_id) q on q.tenant_id = t.id
  left join (
        select m.tenant_id, sum(m.embedded)::bigint as embedded, sum(m.failed)::bigint as failed
          from prosa.embedding_rates m
         where m.minute > clock_timestamp() - interval '5 minutes'
         group by m.tenant_id) r on r.tenant_id = t.id
  left join (
        -- the state of what was looked at last
        select distinct on (x.tenant_id) x.tenant_id, x.endpoint_state, x.paused_until
          from prosa.embedding_turns x
         order by x.tenant_id, greatest(x.held_until, x.served_at) desc) u on u.tenant_id = t.id;
comment on view prosa.embedding_queue_status is
'The embedding queue, a row a tenant that the reader may see: depth (due + leased + waiting), dead letters, how much is backfill, since when the oldest item waits (now() - oldest_at is its age), what was embedded and what failed in the last five minutes, and the endpoint: ready, paused until paused_until, probing (one call finds out whether it is back) or missing. Messages still in the outbox are not counted.';
