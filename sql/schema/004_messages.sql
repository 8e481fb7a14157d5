create table prosa.messages (
    tenant_id uuid not null,
    created_at timestamptz not null,
    id uuid not null,
    conversation_id uuid not null,
    inbox_id uuid not null,
    contact_id uuid not null,
    message_index bigint not null,
    role text not null,
    content text not null,
    sender_name text,
    external_id text,
    media_url text,
    agent_type text,
    model text,
    input_tokens integer not null default 0,
    output_tokens integer not null default 0,
    cached_tokens integer not null default 0,
    tool_calls jsonb,
    metadata jsonb not null default '{}',
    delivery_status text,
    sentiment double precision,
    emotion text,
    satisfaction integer,
    tone text,
    summary text,
    language text not null default 'simple',
    search_text tsvector not null default '',
    is_posted boolean not null default false,
    recorded_at timestamptz not null default now(),
    edited_at timestamptz,
    deleted_at timestamptz,
    constraint messages_pkey primary key (tenant_id, created_at, id),
    constraint messages_conversation_id_fkey foreign key (tenant_id, conversation_id)
        references prosa.conversations (tenant_id, id),
    constraint messages_role_check check (role in ('user', 'assistant', 'operator', 'system', 'tool')),
    constraint messages_tokens_check check (input_tokens >= 0 and output_tokens >= 0 and cached_tokens between 0 and input_tokens),
    constraint messages_sentiment_check check (sentiment between -1 and 1),
    constraint messages_satisfaction_check check (satisfaction between 0 and 100)
) partition by range (created_at);
create index messages_conversation_idx on prosa.messages (tenant_id, conversation_id, created_at, message_index);
create index messages_search_text_idx on prosa.messages using gin (search_text);
create index messages_metadata_idx on prosa.messages using gin (metadata jsonb_path_ops) where metadata <> '{}';
create index messages_tool_calls_idx on prosa.messages using gin (tool_calls jsonb_path_ops) where tool_calls is not null;
comment on table prosa.messages is 'Every message, partitioned by month of created_at (UTC). Written by record_message() and record_messages(), changed by edit_message(), delete_message() and set_delivery_status().';
comment on column prosa.messages.id is 'Time-ordered UUID (version 7 layout) of created_at.';
comment on column prosa.messages.message_index is 'Position in the conversation in order of recording: 1, 2, 3, … without gaps.';
comment on column prosa.messages.role is 'user (the contact), assistant (the machine), operator (a person of the tenant), system or tool.';
comment on column prosa.messages.created_at is 'When the message was sent, by the sender''s clock.';
comment on column prosa.messages.recorded_at is 'When Prosa stored it.';
comment on column prosa.messages.sentiment is '-1 (negative) to 1 (positive); null until analysed.';
comment on column prosa.messages.satisfaction is '0 to 100; null until analysed.';
comment on column prosa.messages.cached_tokens is 'How many of input_tokens the endpoint read from its cache.';
comment on column prosa.messages.is_posted is 'The writer put the message into message_outbox itself; a trigger does it for a message that is inserted otherwise.';
comment on column prosa.messages.delivery_status is 'How far it got: PENDING, ERROR, SERVER_ACK, DELIVERY_ACK, READ or PLAYED; null where nobody said.';
comment on column prosa.messages.edited_at is 'When the sender changed its content last; what it said before is in message_events.';
comment on column prosa.messages.deleted_at is 'When the sender deleted it: a tombstone keeps its place and its consumption, and nothing of what it said.';
comment on column prosa.messages.search_text is 'Lexemes of sender name and content in the message''s language: _search_text() of them, by whoever writes the message.';

-- what partman copies to new months beyond what LIKE copies
create table prosa.messages_template (like prosa.messages);
comment on table prosa.messages_template is 'Properties that pg_partman gives to new months of messages. Always empty.';

select prosa._partition_by_month('prosa.messages', 'created_at');

create table prosa.message_ledger (
    tenant_id uuid not null,
    inbox_id uuid not null,
    external_id text not null,
    message_id uuid not null,
    created_at timestamptz not null,
    constraint message_ledger_pkey primary key (tenant_id, inbox_id, external_id)
);
comment on table prosa.message_ledger is
'Which external ids an inbox has delivered and the message each became. It makes delivery idempotent across months, which a unique key of the partitioned table cannot.';
comment on column prosa.message_ledger.created_at is 'created_at of the message: with message_id, the key into messages.';

create table prosa.message_outbox (
    tenant_id uuid not null,
    inbox_id uuid not null,
    external_id text not null,
    message_id uuid not null,
    created_at timestamptz not null,
    role text not null,
    agent_type text,
    model text,
    input_tokens integer not null,
    output_tokens integer not null,
    cached_tokens integer not null,
    constraint message_outbox_pkey primary key (tenant_id, inbox_id, external_id)
-- every row is soon dead: vacuumed by number, whatever the size was
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
comment on table prosa.message_outbox is
'Messages just recorded: each holds its external id from here, counts in the views of consumption, and waits for settle_messages() to move it to the ledger, the daily sums and the embedding queue. So recording writes one row here instead of one in each of them.';
comment on column prosa.message_outbox.external_id is 'The provider''s id; the message''s own id where there is none.';

create trigger messages_post after insert on prosa.messages
    for each row when (not new.is_posted) execute function prosa._post_message();
comment on trigger messages_post on prosa.messages is 'Puts a message into the outbox whose writer did not.';

create table prosa.message_events (
    tenant_id uuid not null,
    message_created_at timestamptz not null,
    message_id uuid not null,
    id uuid not null,
    kind text not null,
    status text,
    previous_content text,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    -- with the message before the id, the key finds the events of one message
    constraint message_events_pkey primary key (tenant_id, message_created_at, message_id, id),
    constraint message_events_kind_check check (kind in ('edited', 'deleted', 'status')),
    constraint message_events_status_check check ((kind = 'status') = (status is not null))
) partition by range (message_created_at);
comment on table prosa.message_events is
'What happened to messages after they were recorded: edits, deletion, delivery status. Partitioned by month of the message, so that it goes with it. Written by edit_message(), delete_message() and set_delivery_status(); read one message''s with message_history().';
comment on column prosa.message_events.message_created_at is 'created_at of the message: with message_id, the key into messages.';
comment on column prosa.message_events.kind is 'edited, deleted or status.';
comment on column prosa.message_events.status is 'The delivery status that it reached then.';
comment on column prosa.message_events.previous_content is 'What the message said before the edit; null once the message is deleted.';
comment on column prosa.message_events.occurred_at is 'When it happened, by the clock of who reported it.';
comment on column prosa.message_events.recorded_at is 'When Prosa stored it.';

create table prosa.message_events_template (like prosa.message_events);
comment on table prosa.message_events_template is 'Properties that pg_partman gives to new months of message_events. Always empty.';

select prosa._partition_by_month('prosa.message_events', 'message_created_at');

create table prosa.legal_holds (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    contact_id uuid,
    conversation_id uuid,
    reason text not null,
    created_at timestamptz not null default now(),
    released_at timestamptz,
    constraint legal_holds_pkey primary key (tenant_id, id),
    constraint legal_holds_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint legal_holds_contact_id_fkey foreign key (tenant_id, contact_id) references prosa.contacts (tenant_id, id),
    constraint legal_holds_conversation_id_fkey foreign key (tenant_id, conversation_id) references prosa.conversations (tenant_id, id),
    constraint legal_holds_object_check check (num_nonnulls(contact_id, conversation_id) <= 1),
    constraint legal_holds_reason_check check (length(btrim(reason)) between 1 and 500)
);
create index legal_holds_contact_id_idx on prosa.legal_holds (tenant_id, contact_id);
create index legal_holds_conversation_id_idx on prosa.legal_holds (tenant_id, conversation_id);
comment on table prosa.legal_holds is
'What retention must leave alone until released_at: the messages of a conversation, of a contact, or, where both are null, all messages and webhook events of the tenant.';

create table prosa.expired_months (
    name name not null,
    parent text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    detached_at timestamptz not null default now(),
    swept_to prosa.message_key,
    swept_messages bigint not null default 0,
    swept_at timestamptz,
    constraint expired_months_pkey primary key (name)
);
comment on table prosa.expired_months is
'Months that retention has detached and not dropped yet. Nobody sees their rows any more; what hangs on them is being removed.';
comment on column prosa.expired_months.name is 'The detached table, in schema prosa.';
comment on column prosa.expired_months.swept_to is 'The last message, in the order of the primary key, whose ledger row, embeddings and queue entries are removed.';
comment on column prosa.expired_months.swept_at is 'When nothing hung on its rows any more: it can be dropped.';

create table prosa.message_imports (
    tenant_id uuid not null,
    import_name text not null,
    row_number bigint not null,
    inbox_name text not null,
    contact text not null,
    contact_kind text not null default 'phone',
    contact_name text,
    role text,
    content text,
    created_at timestamptz not null,
    external_id text,
    input_tokens integer,
    output_tokens integer,
    cached_tokens integer,
    model text,
    agent_type text,
    sender_name text,
    media_url text,
    tool_calls jsonb,
    metadata jsonb,
    status text not null default 'waiting',
    reason text,
    message_id uuid,
    processed_at timestamptz,
    contact_key text not null generated always as (case contact_kind when 'phone' then regexp_replace(contact, '[^0-9]', '', 'g') else contact end) stored,
    constraint message_imports_pkey primary key (tenant_id, import_name, row_number),
    constraint message_imports_tenant_id_fkey foreign key (tenant_id) references prosa.tenants (id) on delete cascade,
    constraint message_imports_import_name_check check (length(import_name) between 1 and 160),
    constraint message_imports_status_check check (status in ('waiting', 'recorded', 'duplicate', 'refused', 'failed'))
);
-- not of status: it changes, and a row that changes in no index is updated in place
create index message_imports_order_idx on prosa.message_imports (tenant_id, import_name, inbox_name, contact_kind, contact_key, created_at, row_number);
comment on table prosa.message_imports is
'Messages of another system as they were exported, one a row: COPY them here, then call import_messages(). Delete them when the import is done; retention removes what it has processed.';
comment on column prosa.message_imports.import_name is 'Which import the row belongs to; any name.';
comment on column prosa.message_imports.row_number is 'Number of the row in its import, so that copying the same file again is noticed.';
comment on column prosa.message_imports.inbox_name is 'The inbox must exist.';
comment on column prosa.message_imports.contact is 'What contact_kind says: a phone number in international form, or the id of a contact.';
comment on column prosa.message_imports.contact_kind is 'phone, lid, group or other.';
comment on column prosa.message_imports.status is
'waiting; recorded; duplicate (its external_id was there: message_id is that message); refused (older than the tenant''s plan keeps); failed (see reason).';
comment on column prosa.message_imports.contact_key is 'The contact as it is looked up: a phone number''s digits.';

create view prosa.import_status with (security_invoker = true) as
select tenant_id, import_name, count(*) as row_count,
       count(*) filter (where status = 'waiting') as waiting,
       count(*) filter (where status = 'recorded') as recorded,
       count(*) filter (where status = 'duplicate') as duplicates,
       count(*) filter (where status = 'refused') as refused,
       count(*) filter (where status = 'failed') as failed,
       min(reason) filter (where status = 'failed') as a_failure,
       min(processed_at) as started_at,
       max(processed_at) as last_at,
       round((count(processed_at) / nullif(date_part('epoch', max(processed_at) - min(processed_at)), 0))::numeric, 1) as rows_per_second
  from prosa.message_imports
 group by tenant_id, import_name;
comment on view prosa.import_status is
'How far each import is: rows by status, when the first and the last were processed and how many a second in between, pauses included. started_at is null before import_messages() was called.';
