create table prosa.audit_log (
    tenant_id uuid not null,
    sequence bigint not null,
    recorded_at timestamptz not null,
    id uuid not null,
    actor text not null,
    role text not null,
    application_name text not null,
    client_addr inet,
    action text not null,
    object text not null,
    object_key jsonb,
    before jsonb,
    after jsonb,
    previous_hash bytea not null,
    hash bytea not null,
    constraint audit_log_pkey primary key (tenant_id, recorded_at, sequence),
    constraint audit_log_sequence_check check (sequence > 0),
    constraint audit_log_action_check check (action ~ '^[a-z][a-z_]{0,62}$')
) partition by range (recorded_at);
-- no foreign key to tenants: what was done to a tenant is known longer than the tenant
comment on table prosa.audit_log is
'Who changed what of configuration, credentials, roles and retention, one chain of entries a tenant, partitioned by month (UTC). Entries of the whole platform are those of tenant 00000000-0000-0000-0000-000000000000. Append-only, for its owner as well: UPDATE, DELETE and TRUNCATE are revoked, have no policy and are refused by triggers of every partition. A superuser, and DDL run as the owner, can still undo that; the chain of hashes then shows it (verify_audit_chain).';
comment on column prosa.audit_log.sequence is 'Place in the tenant''s chain: 1, 2, 3, … without gaps.';
comment on column prosa.audit_log.recorded_at is 'By the server''s clock, and never before the entry that precedes it.';
comment on column prosa.audit_log.actor is 'The login (session_user).';
comment on column prosa.audit_log.role is 'The role it had taken with SET ROLE, else the login.';
comment on column prosa.audit_log.action is 'insert, update, delete or truncate of a table, else what was done, such as cleanup.';
comment on column prosa.audit_log.object is 'The table, or the function that did it.';
comment on column prosa.audit_log.before is 'The row before, of an update only what changed. Secrets are ***.';
comment on column prosa.audit_log.after is 'The row after, of an update only what changed. Secrets are ***.';
comment on column prosa.audit_log.previous_hash is 'Hash of the entry before it; empty in a chain''s first.';
comment on column prosa.audit_log.hash is 'SHA-256 of every other column, previous_hash included, as _audit_hash() writes them down.';

create table prosa.audit_log_template (like prosa.audit_log);
comment on table prosa.audit_log_template is 'Properties that pg_partman gives to new months of audit_log. Always empty.';

select prosa._partition_by_month('prosa.audit_log', 'recorded_at');

create table prosa.audit_heads (
    tenant_id uuid not null,
    sequence bigint not null,
    recorded_at timestamptz not null,
    hash bytea not null,
    constraint audit_heads_pkey primary key (tenant_id)
) with (fillfactor = 50);
comment on table prosa.audit_heads is
'The last entry of each chain. Whoever appends locks this row until the end of the transaction, so a chain does not fork; copied elsewhere, it is what a later chain is checked against.';
