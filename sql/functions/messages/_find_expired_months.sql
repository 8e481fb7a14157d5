create or replace function prosa._find_expired_months(p_parent text default '', p_ends_at timestamptz default '-infinity', p_limit integer default null)
    returns table (parent text, month_of name, month regclass, starts_at timestamptz, ends_at timestamptz)
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
    v_shortest timestamptz;
    v_longest timestamptz;
    v_is_empty boolean;
    v_found integer := 0;
begin
    select max(r.cutoff), least(min(r.cutoff), now() - make_interval(days => (select max(p.retention_days) from prosa.plans p)))
      into v_shortest, v_longest
      from prosa._retention() r;
    for parent, month_of, month, starts_at, ends_at in
        select t.parent, t.month_of, m.month, m.starts_at, m.ends_at
          from prosa._monthly_tables() t cross join lateral prosa._months(t.parent) m
         where t.retention = 'own' and m.ends_at <= coalesce(v_shortest, v_longest) and (t.parent, m.ends_at) > (p_parent, p_ends_at)
         order by t.parent, m.ends_at
    loop
        exit when v_found = p_limit;
        continue when not prosa._is_month_expired(month, month_of, ends_at);
        -- an empty one may have been made for history that is about to come
        if ends_at > v_longest then
            execute format('select not exists (select from %s)', month) into v_is_empty;
            continue when v_is_empty;
        end if;
        v_found := v_found + 1;
        return next;
    end loop;
end
$$;
comment on function prosa._find_expired_months(text, timestamptz, integer) is
'The months that can go as a whole: each of their rows is past its tenant''s retention and under no legal hold. In order, those behind (p_parent, p_ends_at).';
