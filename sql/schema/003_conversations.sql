create table prosa.conversations (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    inbox_id uuid not null,
    contact_id uuid not null,
    status text not null default 'active',
    agent_type text,
    followup_stage integer not null default 0,
    lead_status text,
    lead_score integer,
    last_message_index bigint not null default 0,
    last_message_at timestamptz,
    last_role text,
    last_context text,
    created_at timestamptz not null default now(),
    constraint conversations_pkey primary key (tenant_id, id),
    constraint conversations_inbox_id_fkey foreign key (tenant_id, inbox_id) references prosa.inboxes (tenant_id, id),
    constraint conversations_contact_id_fkey foreign key (tenant_id, contact_id) references prosa.contacts (tenant_id, id),
    constraint conversations_status_check check (status in ('active', 'paused', 'finished')),
    constraint conversations_followup_stage_check check (followup_stage between 0 and 5),
    constraint conversations_lead_score_check check (lead_score between 0 and 100)
) with (fillfactor = 70);
create unique index conversations_open_key on prosa.conversations (tenant_id, inbox_id, contact_id) where status <> 'finished';
create index conversations_contact_id_idx on prosa.conversations (tenant_id, contact_id);
comment on table prosa.conversations is
'One thread with one contact on one inbox; at most one that is not finished. Its row hands out the message index and mirrors the newest message.';
comment on column prosa.conversations.last_message_index is 'Index of the last message recorded; the next one is this plus one, so indexes have no gaps.';
comment on column prosa.conversations.followup_stage is 'Step of the follow-up funnel, 0 to 5.';
comment on column prosa.conversations.lead_score is 'Sales lead score, 0 to 100.';
comment on column prosa.conversations.last_context is 'Running summary that an assistant may keep.';
