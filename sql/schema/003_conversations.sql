-- Domains rather than CHECKs: every message updates its conversation, and an UPDATE reads and evaluates all CHECKs of its table
-- anew, but a domain's only where a value of it is assigned.
create domain prosa.conversation_status as text
    constraint conversation_status_check check (value in ('active', 'paused', 'finished'));
comment on domain prosa.conversation_status is 'active, paused or finished.';
create domain prosa.followup_stage as integer
    constraint followup_stage_check check (value between 0 and 5);
comment on domain prosa.followup_stage is 'Step of the follow-up funnel, 0 to 5.';
create domain prosa.lead_score as integer
    constraint lead_score_check check (value between 0 and 100);
comment on domain prosa.lead_score is 'Sales lead score, 0 to 100.';

create table prosa.conversations (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    inbox_id uuid not null,
    contact_id uuid not null,
    status prosa.conversation_status not null default 'active',
    agent_type text,
    followup_stage prosa.followup_stage not null default 0,
    lead_status text,
    lead_score prosa.lead_score,
    last_message_index bigint not null default 0,
    last_message_at timestamptz,
    last_role text,
    last_context text,
    unread_count integer not null default 0,
    unanswered_count integer not null default 0,
    created_at timestamptz not null default now(),
    constraint conversations_pkey primary key (tenant_id, id),
    constraint conversations_inbox_id_fkey foreign key (tenant_id, inbox_id) references prosa.inboxes (tenant_id, id),
    constraint conversations_contact_id_fkey foreign key (tenant_id, contact_id) references prosa.contacts (tenant_id, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create unique index conversations_open_key on prosa.conversations (tenant_id, inbox_id, contact_id) where status <> 'finished';
create index conversations_contact_id_idx on prosa.conversations (tenant_id, contact_id);
comment on table prosa.conversations is
'One thread with one contact on one inbox; at most one that is not finished. Its row hands out the message index and mirrors the newest message.';
comment on column prosa.conversations.last_message_index is 'Index of the last message recorded; the next one is this plus one, so indexes have no gaps.';
comment on column prosa.conversations.last_context is 'Running summary that an assistant may keep; record_message() takes a new one.';
comment on column prosa.conversations.unread_count is 'Messages of the contact since an operator last wrote or mark_read() was called.';
comment on column prosa.conversations.unanswered_count is 'Messages of the contact since an assistant or operator last wrote.';
