create or replace function prosa._monthly_tables()
    returns table (parent text, month_of name, retention text)
    language sql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
values
    ('prosa.messages', 'created_at'::name, 'own'),
    ('prosa.message_events', 'message_created_at', 'messages'),
    ('prosa.inbound_events', 'received_at', 'own'),
    ('prosa.audit_log', 'recorded_at', 'none')
$$;
comment on function prosa._monthly_tables() is
'The tables partitioned by month, and by which column. retention: own (by the tenant''s plan), messages (a row goes with its message, which its columns tenant_id, month_of and message_id name) or none.';
