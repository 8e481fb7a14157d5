create or replace function prosa._detach_expired_month(p_parent text, p_month_of name, p_month regclass, p_starts_at timestamptz, p_ends_at timestamptz)
    returns boolean
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
declare
    v_key record;
    v_table record;
    v_name name;
begin
    if p_parent = 'prosa.messages' then
        -- before the locks: it may take a while where there are many tenants
        perform prosa._close_usage(r.tenant_id, p_ends_at) from prosa._retention() r;
    end if;
    -- What writers lock, in their order: conversations, then messages. Theirs ends before ours begins, and none deadlocks.
    for v_key in
        select distinct k.confrelid::regclass as referenced
          from pg_constraint k
          join prosa._monthly_tables() t on k.conrelid = t.parent::regclass
         where k.contype = 'f' and (t.parent = p_parent or p_parent = 'prosa.messages' and t.retention = 'messages')
           and k.confrelid <> all (select u.parent::regclass from prosa._monthly_tables() u)
         order by 1
    loop
        execute format('lock table only %s in access exclusive mode', v_key.referenced);
    end loop;
    execute format('lock table only %s in access exclusive mode', p_parent::regclass);
    -- what came in before the lock
    if not prosa._is_month_expired(p_month, p_month_of, p_ends_at) then
        return false;
    end if;
    for v_table in
        select t.parent, m.month
          from prosa._monthly_tables() t cross join lateral prosa._months(t.parent) m
         where m.starts_at = p_starts_at and m.ends_at = p_ends_at
           and (t.parent = p_parent or p_parent = 'prosa.messages' and t.retention = 'messages')
         -- what goes with the messages before the messages
         order by t.parent = p_parent
    loop
        execute format('alter table %s detach partition %s', v_table.parent::regclass, v_table.month);
        -- keys of its own, which would have to be locked again when it is dropped
        for v_key in select k.conname from pg_constraint k where k.conrelid = v_table.month and k.contype = 'f' loop
            execute format('alter table %s drop constraint %I', v_table.month, v_key.conname);
        end loop;
        -- the month may come again, with a late message
        v_name := format('%s_expired_%s', (select c.relname from pg_class c where c.oid = v_table.month), v_table.month::oid::bigint);
        execute format('alter table %s rename to %I', v_table.month, v_name);
        insert into prosa.expired_months (name, parent, starts_at, ends_at, swept_at)
        values (v_name, v_table.parent, p_starts_at, p_ends_at, case when v_table.parent <> 'prosa.messages' then now() end);
    end loop;
    return true;
end
$$;
comment on function prosa._detach_expired_month(text, name, regclass, timestamptz, timestamptz) is
'Takes a month out of its table, if all of its rows are expired still: from then on nobody sees them. Its cost does not depend on their number. The locks are short if the transaction is.';
