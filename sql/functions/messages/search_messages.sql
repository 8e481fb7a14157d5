create or replace function prosa.search_messages(
    query text default null,
    p_limit integer default 20,
    p_conversation_id uuid default null,
    p_contact_id uuid default null,
    p_inbox_id uuid default null,
    p_role text default null,
    since timestamptz default null,
    until timestamptz default null,
    p_metadata jsonb default null,
    p_tool_calls jsonb default null,
    before_created_at timestamptz default null,
    before_id uuid default null)
    returns table (message_id uuid, created_at timestamptz, conversation_id uuid, contact_id uuid, inbox_id uuid, message_index bigint,
                   role text, content text, sender_name text, metadata jsonb, tool_calls jsonb, snippet text)
    -- As their owner, with the tenant in the query: under row security the operators of full text and JSON, which are not
    -- leakproof, would be no condition of an index.
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
    -- a plan for these words and this tenant, with the conditions that are asked for and no others
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_tenant_id uuid := prosa._require_tenant();
    v_language constant regconfig := prosa._tenant_language(v_tenant_id)::regconfig;
    v_is_json constant boolean := p_metadata is not null or p_tool_calls is not null;
    -- nothing is dated further ahead: the months to come are not opened
    v_until timestamptz := least(coalesce(until, now() + interval '2 days'), before_created_at + interval '1 microsecond');
    v_since timestamptz;
    v_left integer := p_limit;
    v_found integer;
    v_conversation_ids uuid[];
    v_query tsquery;
begin
    perform prosa._check_page(p_limit, 1000, before_created_at, before_id);
    if coalesce(btrim(query), '') <> '' then
        v_query := prosa._search_query(v_language, query);
        if querytree(v_query) in ('', 'T') then
            raise notice 'the query has no word to look for'
                using hint = 'Words that every text has are not looked for, nor does a search consist of words to leave out.';
            return;
        end if;
    elsif p_metadata is null and p_tool_calls is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'there is nothing to search for',
            hint = 'Pass query, p_metadata or p_tool_calls. Messages as they come are in prosa.last_messages() and prosa.contact_messages().';
    end if;
    if p_contact_id is not null then
        select array_agg(c.id) into v_conversation_ids from prosa.conversations c
         where c.tenant_id = v_tenant_id and c.contact_id = p_contact_id;
        if v_conversation_ids is null then
            return;
        end if;
    end if;
    -- the last weeks first, and everything before them only when the page is not full: most of the time goes into planning
    foreach v_since in array array[v_until - interval '40 days', '-infinity'] loop
        v_since := greatest(v_since, since);
        return query
        select h.id, h.created_at, h.conversation_id, h.contact_id, h.inbox_id, h.message_index, h.role, h.content, h.sender_name, h.metadata,
               h.tool_calls,
               case when v_query is not null
                    then ts_headline(v_language, left(h.content, 100000), v_query, 'StartSel=**, StopSel=**, MaxFragments=2') end
          from (select m.* from prosa.messages m
                 where m.tenant_id = v_tenant_id
                   and m.created_at >= v_since and m.created_at < v_until
                   and (v_query is null or m.search_text @@ v_query)
                   -- the predicates of the indexes, so that they are used
                   and (p_metadata is null or m.metadata @> p_metadata and m.metadata <> '{}')
                   and (p_tool_calls is null or m.tool_calls @> p_tool_calls and m.tool_calls is not null)
                   and (p_conversation_id is null or m.conversation_id = p_conversation_id)
                   and (v_conversation_ids is null or m.conversation_id = any (v_conversation_ids))
                   and (p_inbox_id is null or m.inbox_id = p_inbox_id)
                   and (p_role is null or m.role = p_role)
                   and (before_id is null or (m.created_at, m.id) < (before_created_at, before_id))
                   and m.deleted_at is null
                 -- How many rows hold some JSON is anybody's guess. Believing in many, the planner would read the tenant's messages
                 -- backwards until it has a page; of an expression it cannot, and takes the index of the JSON.
                 order by case when v_is_json then m.created_at + interval '0' else m.created_at end desc, m.id desc
                 limit v_left) h
         order by h.created_at desc, h.id desc;
        get diagnostics v_found = row_count;
        v_left := v_left - v_found;
        exit when v_left = 0 or v_since <= since;
        v_until := v_since;
    end loop;
end
$$;
comment on function prosa.search_messages(text, integer, uuid, uuid, uuid, text, timestamptz, timestamptz, jsonb, jsonb, timestamptz, uuid) is
'Messages of the current tenant that hold given words or JSON, newest first. For the best first, and for meaning, see hybrid_search(). Deleted messages are never found.
query: words as in a search engine, in the tenant''s language: all of them, or; "a phrase"; -without. Accents may be left out. They are looked for in the text and in the sender''s name. p_metadata, p_tool_calls: JSON that the message''s own contains. At least one of the three; all that are given must hold.
p_limit: 1 to 1000. p_conversation_id, p_contact_id, p_inbox_id, p_role: only of these. since, until: sent at or after, and before; they keep the search to these months. before_created_at, before_id: only what comes after the message of this key, the last of the page before; both or neither.
Result: snippet: parts of the text with the words found between ** and **; null without a query.
Errors: 42501 no tenant set; 22023 nothing to search for, p_limit out of range, or half a key.
Example: select created_at, snippet from prosa.search_messages(''clareamento -caseiro'', since => now() - interval ''90 days'');
Example: select message_id, content from prosa.search_messages(p_metadata => ''{"type": "imageMessage"}'', p_contact_id => :contact_id);';
