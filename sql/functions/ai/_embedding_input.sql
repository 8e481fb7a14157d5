create or replace function prosa._embedding_input(p_tenant_id uuid, p_kind text, p_item_id uuid, p_item_created_at timestamptz)
    returns text
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_text text;
begin
    if p_kind = 'memory' then
        -- of a file its name too: a page alone seldom says what it is about
        select concat_ws(': ', f.name, m.content) into v_text
          from prosa.memory_chunks m
          left join prosa.client_files f on f.tenant_id = p_tenant_id and f.id = m.file_id
         where m.tenant_id = p_tenant_id and m.id = p_item_id and (m.expires_at is null or m.expires_at > now());
    else
        -- date and speaker with the text: both raise recall
        select format('(%s) %s: %s', to_char(m.created_at at time zone 'UTC', 'FMDD FMMonth YYYY'),
                      coalesce(m.sender_name, c.name, m.role), m.content)
          into v_text
          from prosa.messages m
          left join prosa.contacts c on c.tenant_id = p_tenant_id and c.id = m.contact_id and m.role = 'user'
         where m.tenant_id = p_tenant_id and m.created_at = p_item_created_at and m.id = p_item_id and m.content ~ '[[:alnum:]]';
    end if;
    -- beyond what any embedding model reads
    return left(v_text, 30000);
end
$$;
comment on function prosa._embedding_input(uuid, text, uuid, timestamptz) is
'The text that stands for a message or memory in its embedding; null when it is gone, has expired or holds no word.';
