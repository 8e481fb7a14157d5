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
    language text not null default 'simple',
    followup_stage prosa.followup_stage not null default 0,
    lead_status text,
    lead_score prosa.lead_score,
    last_message_index bigint not null default 0,
    messages_since timestamptz not null default now(),
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
comment on column prosa.conversations.language is 'Text search configuration of its new messages: the tenant''s setting language, which changes it for all its conversations.';
comment on column prosa.conversations.last_message_index is 'Index of the last message recorded; the next one is this plus one, so indexes have no gaps.';
comment on column prosa.conversations.messages_since is 'No message was sent more than a day before: no earlier month is opened to read the conversation.';
comment on column prosa.conversations.last_context is 'Running summary that an assistant may keep; record_message() takes a new one.';
comment on column prosa.conversations.unread_count is 'Messages of the contact since an operator last wrote or mark_read() was called.';
comment on column prosa.conversations.unanswered_count is 'Messages of the contact since an assistant or operator last wrote.';

create trigger tenant_settings_language after insert or update or delete on prosa.tenant_settings
    for each row execute function prosa._apply_language();
comment on trigger tenant_settings_language on prosa.tenant_settings is 'Gives a tenant''s conversations its language.';

create view prosa.inbox_counts with (security_invoker = true) as
select i.tenant_id, i.id as inbox_id, i.name as inbox_name,
       count(c.id) as open_conversations,
       count(c.id) filter (where c.unread_count > 0) as unread_conversations,
       coalesce(sum(c.unread_count), 0)::bigint as unread_messages,
       count(c.id) filter (where c.unanswered_count > 0) as unanswered_conversations,
       coalesce(sum(c.unanswered_count), 0)::bigint as unanswered_messages,
       min(c.last_message_at) filter (where c.unanswered_count > 0) as waiting_since
  from prosa.inboxes i
  left join prosa.conversations c on c.tenant_id = i.tenant_id and c.inbox_id = i.id and c.status <> 'finished'
 group by i.tenant_id, i.id, i.name;
comment on view prosa.inbox_counts is
'What waits on each inbox, over its conversations that are not finished: messages of contacts that no operator has read, and that neither assistant nor operator has answered. waiting_since: the last message of the conversation that has gone longest without an answer.';
