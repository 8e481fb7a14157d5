create or replace function prosa._is_month_expired(p_month regclass, p_month_of name, p_ends_at timestamptz)
    returns boolean
    language plpgsql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    -- one probe of an index a tenant, however many rows there are
    set enable_seqscan = off
    set enable_bitmapscan = off
as $$
declare
    v_is_needed boolean;
begin
    execute format(
        'select exists (select from prosa._retention() r
                         cross join lateral (select from %1$s m where m.tenant_id = r.tenant_id limit 1) kept
                         where r.is_held)
             or exists (select from prosa._retention() r
                         cross join lateral (select from %1$s m where m.tenant_id = r.tenant_id and m.%2$I >= r.cutoff limit 1) kept
                         where r.cutoff < $1)', p_month, p_month_of)
       into v_is_needed using p_ends_at;
    if not v_is_needed and exists (select from pg_attribute a where a.attrelid = p_month and a.attname = 'conversation_id' and not a.attisdropped) then
        execute format(
            'select exists (select from prosa._retention() r cross join unnest(r.held_conversations) c (id)
                             cross join lateral (select from %s m where m.tenant_id = r.tenant_id and m.conversation_id = c.id limit 1) held)', p_month)
           into v_is_needed;
    end if;
    return not v_is_needed;
end
$$;
comment on function prosa._is_month_expired(regclass, name, timestamptz) is
'Whether every row of a month is past its tenant''s retention and under no legal hold.';
