create or replace function prosa._ensure_month(p_at timestamptz)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_month constant timestamptz := date_trunc('month', p_at, 'UTC');
begin
    if exists (select from prosa._months('prosa.messages') m where m.starts_at = v_month) then
        return false;
    end if;
    -- One at a time, before any lock on a table: two that both hold conversations would wait for each other.
    perform pg_advisory_xact_lock(hashtextextended('prosa._ensure_month', 0));
    if exists (select from prosa._months('prosa.messages') m where m.starts_at = v_month) then
        return false;
    end if;
    begin
        perform prosa._make_month(v_month);
    exception
        when lock_not_available or deadlock_detected then
            raise exception using
                errcode = 'lock_not_available',
                message = format('the month %s of messages cannot be made while other transactions use the tables', to_char(v_month at time zone 'UTC', 'YYYY-MM')),
                hint = 'Repeat the transaction. If that does not help, look for transactions that have been open for long in pg_stat_activity.';
        when duplicate_table or unique_violation then
            -- by maintenance, or after this transaction's snapshot was taken
            raise exception using
                errcode = 'serialization_failure',
                message = format('the month %s of messages is being made by another transaction', to_char(v_month at time zone 'UTC', 'YYYY-MM')),
                hint = 'Repeat the transaction.';
    end;
    return true;
end
$$;
comment on function prosa._ensure_month(timestamptz) is
'Makes the month of messages that p_at is in, unless it is there; returns whether it did. Until the transaction ends, writers wait. 55P03 or 40001 when it has to be repeated.';
