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
    search_text tsvector not null,
    is_posted boolean not null default false,
    recorded_at timestamptz not null default now(),
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
comment on table prosa.messages is 'Every message, partitioned by month of created_at (UTC). Written by record_message() and record_messages() only.';
comment on column prosa.messages.id is 'Time-ordered UUID (version 7 layout) of created_at.';
comment on column prosa.messages.message_index is 'Position in the conversation in order of recording: 1, 2, 3, … without gaps.';
comment on column prosa.messages.role is 'user (the contact), assistant (the machine), operator (a person of the tenant), system or tool.';
comment on column prosa.messages.created_at is 'When the message was sent, by the sender''s clock.';
comment on column prosa.messages.recorded_at is 'When Prosa stored it.';
comment on column prosa.messages.sentiment is '-1 (negative) to 1 (positive); null until analysed.';
comment on column prosa.messages.satisfaction is '0 to 100; null until analysed.';
comment on column prosa.messages.cached_tokens is 'How many of input_tokens the endpoint read from its cache.';
comment on column prosa.messages.is_posted is 'The message was put into message_outbox: by its writer, or by a trigger where it is inserted otherwise.';
comment on column prosa.messages.search_text is 'Lexemes of sender name and content in the tenant''s language.';

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
);
comment on table prosa.message_outbox is
'Messages just recorded: each holds its external id from here, counts in the views of consumption, and waits for settle_messages() to move it to the ledger, the daily sums and the embedding queue. So recording writes one row here instead of one in each of them.';
comment on column prosa.message_outbox.external_id is 'The provider''s id; the message''s own id where there is none.';

create trigger messages_post before insert on prosa.messages
    for each row when (not new.is_posted) execute function prosa._post_message();
comment on trigger messages_post on prosa.messages is 'Puts a message into the outbox whose writer did not.';

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
