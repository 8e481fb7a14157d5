create or replace function prosa._evolution_identities(p_key jsonb, p_message jsonb)
    returns jsonb
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    -- The phone first: the opaque lid may come with it, before it or without it.
    return (
        select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind desc, i.value)
          from (select distinct
                       case when j.jid like '%@g.us' then 'group'
                            when j.jid like '%@lid' then 'lid'
                            when split_part(split_part(j.jid, '@', 1), ':', 1) ~ '^[0-9]{8,15}$' then 'phone'
                            else 'other' end as kind,
                       left(case when j.jid like '%@g.us' then j.jid
                                 -- 5511…:12@s.whatsapp.net names a device of the phone
                                 else split_part(split_part(j.jid, '@', 1), ':', 1) end, 256) as value
                  from (values (p_key ->> 'remoteJid', true),
                               (p_key ->> 'remoteJidAlt', false),
                               (p_key ->> 'senderPn', false),
                               (p_message ->> 'senderPn', false)) j (jid, is_main)
                 where coalesce(j.jid, '') <> '' and (j.is_main or p_key ->> 'remoteJid' not like '%@g.us')) i
         where i.value <> '');
end
$$;
comment on function prosa._evolution_identities(jsonb, jsonb) is
'Who a message is from or to, [{kind, value}, …], the most telling first: phone, other, lid, group.';
