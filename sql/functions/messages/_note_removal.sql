create or replace function prosa._note_removal(p_messages prosa.message_key[])
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    perform prosa._audit(n.tenant_id, 'cleanup', 'cleanup_old_messages', p_after => n.note)
       from (select m.tenant_id, jsonb_build_object('messages', count(*), 'before', max(r.cutoff), 'first', min(m.created_at), 'last', max(m.created_at)) as note
               from unnest(p_messages) m left join prosa._retention() r on r.tenant_id = m.tenant_id
              group by m.tenant_id order by m.tenant_id offset 0) n;
end
$$;
comment on function prosa._note_removal(prosa.message_key[]) is 'Notes in audit_log what each tenant lost to retention. Call it last: it locks the tenants'' chains.';
