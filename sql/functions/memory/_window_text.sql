create or replace function prosa._window_text(
    p_tenant_id uuid,
    p_conversation_id uuid,
    p_first_index bigint,
    p_last_index bigint,
    p_from timestamptz,
    p_to timestamptz)
    returns text
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- one plan for all months, of which each call opens the one or two it needs
    set plan_cache_mode = force_generic_plan
as $$
begin
    return (
        -- a day is written where it begins
        select string_agg(case when t.day is distinct from t.day_before then format(E'(%s)\n', t.day) else '' end || format('%s: %s', t.speaker, t.said),
                          E'\n' order by t.message_index)
          from (select m.message_index, d.day, lag(d.day) over (order by m.message_index) as day_before,
                       coalesce(m.sender_name, case m.role when 'user' then c.name end, m.role) as speaker,
                       left(m.content, 2000) as said
                  from prosa.messages m
                  left join prosa.contacts c on c.tenant_id = p_tenant_id and c.id = m.contact_id
                 cross join lateral (select to_char(m.created_at at time zone 'UTC', 'FMDD FMMonth YYYY') as day) d
                 where m.tenant_id = p_tenant_id and m.conversation_id = p_conversation_id
                   and m.created_at between p_from and p_to and m.message_index between p_first_index and p_last_index
                   and prosa._is_turn(m.role, m.content)) t);
end
$$;
comment on function prosa._window_text(uuid, uuid, bigint, bigint, timestamptz, timestamptz) is
'Turns of a conversation between two indexes as one text, a line each: speaker and the first 2,000 characters, and before the first of a day its date. p_from, p_to: between which times they were sent. Null when none of them is left.';
