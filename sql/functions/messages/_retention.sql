create or replace function prosa._retention()
    returns table (tenant_id uuid, plan text, cutoff timestamptz, is_held boolean, held_conversations uuid[])
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
    set timezone = 'UTC'
as $$
select t.id, t.plan,
       now() - make_interval(days => prosa._retention_days(s.value, p.retention_days)),
       coalesce(h.is_held, false), coalesce(h.conversations, '{}')
  from prosa.tenants t
  join prosa.plans p on p.code = t.plan
  left join prosa.tenant_settings s on s.tenant_id = t.id and s.key = 'retention_days'
  left join (select l.tenant_id, bool_or(l.contact_id is null and l.conversation_id is null) as is_held,
                    array_agg(c.id) filter (where c.id is not null) as conversations
               from prosa.legal_holds l
               left join prosa.conversations c on c.tenant_id = l.tenant_id and (c.id = l.conversation_id or c.contact_id = l.contact_id)
              where l.released_at is null
              group by l.tenant_id) h on h.tenant_id = t.id
$$;
comment on function prosa._retention() is
'What each tenant, a suspended one too, promises to forget: messages from before cutoff, by its setting retention_days or its plan. Under legal hold: everything of it (is_held), or these conversations.';
