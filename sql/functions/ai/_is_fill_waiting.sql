create or replace function prosa._is_fill_waiting(p_tenant_id uuid, p_space_id uuid, p_scanned_at timestamptz)
    returns boolean
    language sql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select exists (
        select from prosa.embedding_queue q
         where q.tenant_id = p_tenant_id and q.space_id = p_space_id
           -- Under constant load something always waits, for a moment: after five minutes, what came in within the last one
           -- holds up the switch no more. It is embedded after it, as new messages always are.
           and (q.failed_at is not null or q.enqueued_at < clock_timestamp() - interval '1 minute'
                or p_scanned_at > clock_timestamp() - interval '5 minutes'))
$$;
comment on function prosa._is_fill_waiting(uuid, uuid, timestamptz) is
'Whether items that a space still lacks hold up its activation; those that were given up do, until somebody retries them, or activates the space without them.';
