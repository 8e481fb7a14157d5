-- search_messages(): words and JSON, by the indexes that are for them, in the months that are asked for.
begin;
\ir lib/personas.sql
select plan(55);

select pg_temp.new_tenant('sorriso', p_settings => '{"language": "portuguese"}') as sorriso, pg_temp.new_tenant('harbor', p_settings => '{"language": "english"}') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as ana, pg_temp.new_conversation(:'sorriso', '5511900000001') as bia, pg_temp.new_conversation(:'harbor') as harbor_conversation \gset
select contact_id as ana_contact, inbox_id as inbox from prosa.conversations where id = :'ana' \gset
select contact_id as bia_contact from prosa.conversations where id = :'bia' \gset
select pg_temp.new_inbox(:'sorriso', 'site') as site \gset
select pg_temp.new_contact(:'sorriso', '5511900000009', 'Nobody') as nobody \gset

create function pg_temp.found(p_query text) returns text language sql as
$$ select coalesce(string_agg(s.content, ' | ' order by s.ordinality), '') from prosa.search_messages(p_query) with ordinality s $$;

select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'site', :'ana_contact') as ana_site \gset
select prosa.record_messages(jsonb_build_array(
    jsonb_build_object('conversation_id', :'ana', 'role', 'user', 'content', 'Quanto custa o clareamento dental?', 'sender_name', 'Ana', 'created_at', now() - interval '5 days', 'metadata', '{"type": "conversation", "tags": ["preço", "dente"]}'::jsonb),
    jsonb_build_object('conversation_id', :'ana', 'role', 'assistant', 'content', 'O clareamento caseiro custa R$ 400.', 'created_at', now() - interval '4 days', 'tool_calls', '[{"name": "prices", "arguments": {"item": "clareamento"}}]'::jsonb, 'agent_type', 'SDR'),
    jsonb_build_object('conversation_id', :'bia', 'role', 'user', 'content', 'A clínica abre na sexta? Não consigo ligar.', 'sender_name', 'Bia', 'created_at', now() - interval '3 days', 'metadata', '{"type": "imageMessage", "location": {"latitude": 1}}'::jsonb),
    jsonb_build_object('conversation_id', :'bia', 'role', 'operator', 'content', 'a clinica abre sim, até as promoções acabarem', 'created_at', now() - interval '2 days'),
    jsonb_build_object('conversation_id', :'ana_site', 'role', 'user', 'content', 'clareamento pelo site', 'created_at', now() - interval '1 day'),
    jsonb_build_object('conversation_id', :'ana', 'role', 'user', 'content', 'clareamento do ano passado', 'created_at', now() - interval '14 months'))) \g /dev/null

-- ---- words
select is(pg_temp.found('clareamento'), 'clareamento pelo site | O clareamento caseiro custa R$ 400. | Quanto custa o clareamento dental? | clareamento do ano passado', 'newest first, over all conversations and months');
select is(pg_temp.found('CLAREAMENTOS'), pg_temp.found('clareamento'), 'whatever the case and the ending');
select is(pg_temp.found('custa clareamento'), 'O clareamento caseiro custa R$ 400. | Quanto custa o clareamento dental?', 'all words are required');
select is(pg_temp.found('clareamento -caseiro -site'), 'Quanto custa o clareamento dental? | clareamento do ano passado', 'some may be left out');
select is(pg_temp.found('dental or promoções'), 'a clinica abre sim, até as promoções acabarem | Quanto custa o clareamento dental?', 'or either of two');
select is(pg_temp.found('"clareamento dental"'), 'Quanto custa o clareamento dental?', 'a phrase');
select is(pg_temp.found('"dental clareamento"'), '', 'has an order');
select is(pg_temp.found('clinica'), 'a clinica abre sim, até as promoções acabarem | A clínica abre na sexta? Não consigo ligar.', 'accents may be left out of the query');
select is(pg_temp.found('clínica'), pg_temp.found('clinica'), 'or of the text');
select is(pg_temp.found('abre -clínica'), '', 'also where a word is left out');
select is(pg_temp.found(normalize('clínica', nfd)), pg_temp.found('clinica'), 'or typed in pieces');
select is(pg_temp.found('bia'), 'A clínica abre na sexta? Não consigo ligar.', 'the sender''s name counts');
select is(pg_temp.found('o que é'), '', 'words that every text has are not looked for');
select is(pg_temp.found('-clareamento'), '', 'nor is everything else');
select is(pg_temp.found(':*&|!()<->'''), '', 'a query cannot be malformed');
select is(pg_temp.found('inexistente'), '', 'what nobody said is not found');
select is((select snippet from prosa.search_messages('dental')), 'Quanto custa o clareamento **dental**', 'the words are shown');

-- ---- JSON
select is((select array_agg(content) from prosa.search_messages(p_metadata => '{"type": "imageMessage"}')), array['A clínica abre na sexta? Não consigo ligar.'], 'a key and its value');
select is((select array_agg(content) from prosa.search_messages(p_metadata => '{"tags": ["dente"]}')), array['Quanto custa o clareamento dental?'], 'an element of an array');
select is((select array_agg(content) from prosa.search_messages(p_metadata => '{"location": {"latitude": 1}}')), array['A clínica abre na sexta? Não consigo ligar.'], 'what lies deeper');
select is_empty($$ select * from prosa.search_messages(p_metadata => '{"type": "imageMessage", "tags": ["dente"]}') $$, 'all of it must hold');
select is((select array_agg(content) from prosa.search_messages(p_tool_calls => '[{"name": "prices"}]')), array['O clareamento caseiro custa R$ 400.'], 'a call of a tool');
select is((select array_agg(tool_calls #>> '{0,arguments,item}') from prosa.search_messages('caseiro', p_tool_calls => '[{"arguments": {"item": "clareamento"}}]')), array['clareamento'], 'by its arguments, and with words');
select is((select snippet from prosa.search_messages(p_tool_calls => '[{"name": "prices"}]')), null, 'without words nothing is marked');

-- ---- filters
create function pg_temp.counted(p_what text) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    execute 'select count(*) from prosa.search_messages(''clareamento or clinica'', ' || p_what || ')' into v_count;
    return v_count;
end
$$;
select is(pg_temp.counted('p_limit => 100'), 6, 'six have one of two words');
select is(pg_temp.counted('p_limit => 2'), 2, 'a limit');
select is(pg_temp.counted(format('p_conversation_id => %L', :'bia')), 2, 'of one conversation');
select is(pg_temp.counted(format('p_contact_id => %L', :'ana_contact')), 4, 'of one contact, over all conversations');
select is(pg_temp.counted(format('p_contact_id => %L', :'nobody')), 0, 'of one who never wrote');
select is(pg_temp.counted(format('p_inbox_id => %L', :'site')), 1, 'on one inbox');
select is(pg_temp.counted($$p_role => 'user'$$), 4, 'of one role');
select is(pg_temp.counted($$since => now() - interval '3 days'$$), 3, 'since, inclusive');
select is(pg_temp.counted($$until => now() - interval '3 days'$$), 3, 'until, exclusive');
select is(pg_temp.counted($$since => now() - interval '4 days', until => now() - interval '2 days', p_role => 'assistant'$$), 1, 'all at once');

-- ---- pages
create function pg_temp.walk(p_limit integer) returns text[] language plpgsql as $$
declare
    v_row record;
    v_all text[] := '{}';
    v_at timestamptz;
    v_id uuid;
    v_found boolean := true;
begin
    while v_found loop
        v_found := false;
        for v_row in select * from prosa.search_messages('clareamento or clinica', p_limit, before_created_at => v_at, before_id => v_id) loop
            v_found := true;
            v_all := v_all || v_row.content;
            v_at := v_row.created_at;
            v_id := v_row.message_id;
        end loop;
    end loop;
    return v_all;
end
$$;
select is(pg_temp.walk(1), (select array_agg(content order by ordinality) from prosa.search_messages('clareamento or clinica') with ordinality), 'page after page is all of it, in order');
select is(pg_temp.walk(4), pg_temp.walk(1), 'whatever the size of a page');

-- ---- deleted and edited
select prosa.delete_message(s.message_id, s.created_at) from prosa.search_messages('dental') s \g /dev/null
select is(pg_temp.found('dental'), '', 'a deleted message is not found by its words');
select is_empty($$ select * from prosa.search_messages(p_metadata => '{"tags": ["dente"]}') $$, 'nor by its metadata');

-- ---- what is refused
select throws_ok($$ select * from prosa.search_messages() $$, '22023', 'there is nothing to search for', 'nothing to search for');
select throws_ok($$ select * from prosa.search_messages('  ') $$, '22023', null, 'or blanks');
select throws_ok($$ select * from prosa.search_messages('x', 0) $$, '22023', 'p_limit must be between 1 and 1000', 'no limit');
select throws_ok($$ select * from prosa.search_messages('x', 1001) $$, '22023', null, 'or one too many');
select throws_ok($$ select * from prosa.search_messages('x', before_id => gen_random_uuid()) $$, '22023', 'half a cursor', 'half a cursor');
select throws_ok($$ select * from prosa.search_messages('x', before_created_at => now()) $$, '22023', null, 'either half');

-- ---- whose it is
select pg_temp.as_app(:'harbor');
select is(pg_temp.found('clareamento'), '', 'another tenant finds none of it');
select is_empty(format($$ select * from prosa.search_messages('clareamento', p_conversation_id => %L) $$, :'ana'), 'also where it names the conversation');
select prosa.record_message(:'harbor_conversation', 'user', 'The clinics were opening') \g /dev/null
select is(pg_temp.found('clinic opens'), 'The clinics were opening', 'each tenant in its own language');
select pg_temp.as_app();
select throws_ok($$ select * from prosa.search_messages('x') $$, '42501', 'no tenant is set', 'a search belongs to a tenant');

-- ---- the indexes: thousands of messages over the months that there are
select pg_temp.reset_role();
select pg_temp.become('none', :'sorriso');
select count(*) from prosa.record_messages((
    select jsonb_agg(jsonb_build_object('conversation_id', :'bia', 'role', 'user', 'content', format('filler number %s about %s', i, md5(i::text)), 'created_at', now() - i * interval '20 minutes',
        'metadata', jsonb_build_object('type', 'conversation', 'n', i), 'tool_calls', case when i % 50 = 0 then jsonb_build_array(jsonb_build_object('name', 'tool' || i)) end))
      from generate_series(1, 4000) i)) \g /dev/null
select pg_temp.reset_role();
select prosa.run_maintenance() \g /dev/null
analyze prosa.messages;
create temporary view search_index as
select i.indexrelid, i.indrelid, case when pg_get_indexdef(i.indexrelid) like '%(search_text)%' then 'text' when pg_get_indexdef(i.indexrelid) like '%(metadata %' then 'metadata' else 'tool_calls' end as kind
  from pg_inherits h join pg_index i on i.indrelid = h.inhrelid join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
 where h.inhparent = 'prosa.messages'::regclass and a.amname = 'gin';
-- as vacuum does: entries of the last inserts stand beside the index until then
select gin_clean_pending_list(s.indexrelid) from search_index s \g /dev/null
-- scans of indexes and tables by a statement of an application
create temporary table scans (label text, indexed bigint, months bigint, sequential bigint);
create function pg_temp.watch(p_tenant_id uuid, p_label text, p_kind text, p_query text) returns void language plpgsql as $$
declare
    v_before record;
    v_after record;
begin
    select sum(pg_stat_get_xact_numscans(s.indexrelid)) as indexed, array_agg(pg_stat_get_xact_numscans(s.indexrelid) order by s.indexrelid) as each,
           (select sum(pg_stat_get_xact_numscans(h.inhrelid)) from pg_inherits h join pg_class t on t.oid = h.inhrelid where h.inhparent = 'prosa.messages'::regclass and t.reltuples > 100) as sequential into v_before from search_index s where s.kind = p_kind;
    perform pg_temp.become('prosa_app', p_tenant_id);
    execute p_query;
    perform pg_temp.become('none', null);
    select sum(pg_stat_get_xact_numscans(s.indexrelid)) as indexed, array_agg(pg_stat_get_xact_numscans(s.indexrelid) order by s.indexrelid) as each,
           (select sum(pg_stat_get_xact_numscans(h.inhrelid)) from pg_inherits h join pg_class t on t.oid = h.inhrelid where h.inhparent = 'prosa.messages'::regclass and t.reltuples > 100) as sequential into v_after from search_index s where s.kind = p_kind;
    insert into scans values (p_label, v_after.indexed - v_before.indexed, (select count(*) from unnest(v_before.each, v_after.each) u (b, a) where u.a > u.b), v_after.sequential - v_before.sequential);
end
$$;
create function pg_temp.plain_search(p_word text) returns bigint language sql as $$ select count(*) from prosa.messages m where m.search_text @@ plainto_tsquery('portuguese', p_word) $$;
select pg_temp.watch(:'sorriso', 'text', 'text', format('select * from prosa.search_messages(%L)', md5('77'))) \g /dev/null
select pg_temp.watch(:'sorriso', 'text of one month', 'text', format('select * from prosa.search_messages(%L, since => date_trunc(%L, now()))', md5('5'), 'month')) \g /dev/null
select pg_temp.watch(:'sorriso', 'metadata', 'metadata', $$select * from prosa.search_messages(p_metadata => '{"n": 77}')$$) \g /dev/null
select pg_temp.watch(:'sorriso', 'tool calls', 'tool_calls', $$select * from prosa.search_messages(p_tool_calls => '[{"name": "tool50"}]')$$) \g /dev/null
select pg_temp.watch(:'sorriso', 'plain', 'text', format('select pg_temp.plain_search(%L)', md5('77'))) \g /dev/null
select cmp_ok((select indexed from scans where label = 'text'), '>', 1::bigint, 'words are looked up in the full-text index of the months');
select is((select sum(sequential) from scans where label in ('text', 'text of one month')), 0::numeric, 'no month that holds more than a few is read from end to end');
select cmp_ok((select months from scans where label = 'text of one month'), '<', (select months from scans where label = 'text'), 'of the months that are not asked for, none is opened');
select cmp_ok((select indexed from scans where label = 'metadata'), '>', 0::bigint, 'JSON is looked up in its index');
select cmp_ok((select indexed from scans where label = 'tool calls'), '>', 0::bigint, 'so are tool calls');
select is((select indexed from scans where label = 'plain'), 0::bigint, 'a plain query under row security uses none of them: that is why there is a function');

select pg_temp.as_app(:'sorriso');
select is((select array_agg(content) from prosa.search_messages(p_metadata => '{"n": 77}')), array[format('filler number 77 about %s', md5('77'))], 'and they find what is there');

select pg_temp.reset_role();
select * from finish();
rollback;
