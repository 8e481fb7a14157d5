-- What is new and what waits: last_messages(), contact_messages(), mark_read(), inbox_counts, and the counts of a conversation.
begin;
\ir lib/personas.sql
select plan(56);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_conversation(:'sorriso') as ana, pg_temp.new_conversation(:'sorriso', '5511900000001') as bia, pg_temp.new_conversation(:'harbor') as theirs \gset
select contact_id as ana_contact, inbox_id as inbox from prosa.conversations where id = :'ana' \gset
select pg_temp.new_inbox(:'sorriso', 'site') as site, pg_temp.new_inbox(:'sorriso', 'quiet') as quiet \gset
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'site', :'ana_contact') as ana_site \gset
create function pg_temp.counts(p_conversation uuid) returns integer[] language sql as $$ select array[c.unread_count, c.unanswered_count] from prosa.conversations c where c.id = p_conversation $$;
create function pg_temp.tell(p_conversation uuid, p_role text, p_content text, p_ago interval default '0') returns integer[] language plpgsql as $$
begin
    perform prosa.record_message(p_conversation, p_role, p_content, created_at => now() - p_ago);
    return pg_temp.counts(p_conversation);
end
$$;
create function pg_temp.drop_message(p_content text) returns integer[] language plpgsql as $$
declare
    v_message prosa.messages;
begin
    select * into strict v_message from prosa.messages m where m.content = p_content;
    perform prosa.delete_message(v_message.id, v_message.created_at);
    return pg_temp.counts(v_message.conversation_id);
end
$$;

-- ---- counts of a conversation
select is(pg_temp.tell(:'ana', 'user', 'a1', '9 days'), '{1,1}', 'a message of the contact is unread and unanswered');
select is(pg_temp.tell(:'ana', 'user', 'a2', '8 days'), '{2,2}', 'so is the next');
select is(pg_temp.tell(:'ana', 'assistant', 'a3', '7 days'), '{2,0}', 'the assistant answers, and reads for nobody');
select is(pg_temp.tell(:'ana', 'user', 'a4', '6 days'), '{3,1}', 'the contact again');
select is(pg_temp.tell(:'ana', 'system', 'a5', '5 days'), '{3,1}', 'a note counts for nothing');
-- what was deleted does not wait
select is(pg_temp.drop_message('a3'), '{3,1}', 'to delete an answer changes no count');
select is(pg_temp.drop_message('a4'), '{2,0}', 'a deleted message is neither unread nor unanswered');
select is(pg_temp.drop_message('a2'), '{1,0}', 'one that was answered was unread only');
select is(pg_temp.tell(:'ana', 'operator', 'a6', '4 days'), '{0,0}', 'an operator reads and answers');
select is(pg_temp.drop_message('a1'), '{0,0}', 'what was read is no longer counted when it is deleted');
select is(pg_temp.tell(:'ana', 'user', 'a7', '3 days'), '{1,1}', 'one more') ;
select is(pg_temp.tell(:'ana', 'user', 'a8', '2 days'), '{2,2}', 'and one');
select is(pg_temp.tell(:'ana', 'user', 'a9', '1 day'), '{3,3}', 'and one');

-- ---- mark_read()
select is(prosa.mark_read(:'ana', 7), 2, 'read up to a message: two come after it');
select is(pg_temp.counts(:'ana'), '{2,3}', 'what is read is not answered');
select is(prosa.mark_read(:'ana', 3), 2, 'what was read before stays read');
select is(pg_temp.drop_message('a7'), '{2,2}', 'of the read ones, only answers are waited for');
select is(pg_temp.drop_message('a8'), '{1,1}', 'of the unread ones, both');
select is(prosa.mark_read(:'ana'), 0, 'all of it');
select is(pg_temp.counts(:'ana'), '{0,1}', 'is read');
select is(prosa.mark_read(:'ana'), 0, 'again');
select is(prosa.mark_read(:'ana', 0), 0, 'and nothing becomes unread again');
select throws_ok($$ select prosa.mark_read('00000000-0000-0000-0000-000000000001') $$, 'P0002', 'the current tenant has no such conversation', 'a conversation that is not there is not read');

-- ---- inbox_counts
select pg_temp.tell(:'bia', 'user', 'b1', '36 hours'), pg_temp.tell(:'bia', 'user', 'b2', '30 hours'), pg_temp.tell(:'ana_site', 'user', 's1', '2 hours') \g /dev/null
select results_eq($$ select inbox_name, open_conversations, unread_conversations, unread_messages, unanswered_conversations, unanswered_messages, waiting_since from prosa.inbox_counts order by inbox_name $$,
                  $$ values ('quiet', 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, null::timestamptz),
                            ('recepcao', 2, 1, 2, 2, 3, now() - interval '30 hours'),
                            ('site', 1, 1, 1, 1, 1, now() - interval '2 hours') $$, 'what waits on each inbox');
select pg_temp.reset_role();
update prosa.conversations set status = 'finished' where id = :'bia';
select pg_temp.as_app(:'sorriso');
select results_eq($$ select open_conversations, unread_messages, unanswered_messages from prosa.inbox_counts where inbox_name = 'recepcao' $$, $$ values (1::bigint, 0::bigint, 1::bigint) $$, 'a finished conversation waits for nobody');

-- ---- last_messages()
create function pg_temp.says(p_content text, p_is_deleted boolean) returns text language sql as $$ select case when p_is_deleted then 'deleted' else p_content end $$;
select is((select array_agg(pg_temp.says(content, deleted_at is not null) order by ordinality) from prosa.last_messages(6) with ordinality), array['s1', 'a9', 'b2', 'b1', 'deleted', 'deleted'], 'the last messages of the tenant, newest first');
select is((select count(*)::integer from prosa.last_messages()), 12, 'all of them, when there are few');
select results_eq(format('select conversation_id, contact_id, inbox_id, message_index, role from prosa.last_messages(1)'), format('values (%L::uuid, %L::uuid, %L::uuid, 1::bigint, %L)', :'ana_site', :'ana_contact', :'site', 'user'), 'with whose they are');
select prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', case i % 3 when 0 then :'ana' when 1 then :'bia' else :'ana_site' end, 'role', 'user', 'content', 'm' || i, 'created_at', now() - make_interval(days => (i * i) * 2 / 5))) from generate_series(1, 40) i)) \g /dev/null
-- of one instant, several
select prosa.record_messages((select jsonb_agg(jsonb_build_object('conversation_id', case i % 2 when 0 then :'ana' else :'bia' end, 'role', 'user', 'content', 'twin ' || i, 'created_at', now() - interval '50 days')) from generate_series(1, 9) i)) \g /dev/null
create function pg_temp.walk(p_limit integer, p_contact uuid default null) returns uuid[] language plpgsql as $$
declare
    v_page record;
    v_all uuid[] := '{}';
    v_at timestamptz;
    v_id uuid;
begin
    loop
        if p_contact is null then
            select array_agg(message_id order by ordinality) as ids, array_agg(created_at order by ordinality) as ats, count(*) as n into v_page from prosa.last_messages(p_limit, v_at, v_id) with ordinality;
        else
            select array_agg(message_id order by ordinality) as ids, array_agg(created_at order by ordinality) as ats, count(*) as n into v_page from prosa.contact_messages(p_contact, p_limit, v_at, v_id) with ordinality;
        end if;
        exit when v_page.n = 0;
        v_all := v_all || v_page.ids;
        v_at := v_page.ats[v_page.n];
        v_id := v_page.ids[v_page.n];
    end loop;
    return v_all;
end
$$;
select array_agg(id order by created_at desc, id desc) as whole, array_agg(id order by created_at desc, id desc) filter (where contact_id = :'ana_contact') as whole_of_ana from prosa.messages \gset
select is(cardinality(:'whole'::uuid[]), 61, 'sixty-one messages over two years');
select is(pg_temp.walk(1), :'whole'::uuid[], 'page after page, one by one, is all of them, in order');
select is(pg_temp.walk(7), :'whole'::uuid[], 'or seven by seven');
select is(pg_temp.walk(1000), :'whole'::uuid[], 'or all at once');

-- ---- contact_messages()
select is(pg_temp.walk(1, :'ana_contact'), :'whole_of_ana'::uuid[], 'the same of a contact, over all conversations and inboxes');
select is(pg_temp.walk(7, :'ana_contact'), :'whole_of_ana'::uuid[], 'seven by seven');
select is(pg_temp.walk(1000, :'ana_contact'), :'whole_of_ana'::uuid[], 'or all at once');
select is((select count(distinct conversation_id)::integer from prosa.contact_messages(:'ana_contact', 100)), 2, 'both conversations are among them');
select is_empty($$ select * from prosa.contact_messages('00000000-0000-0000-0000-000000000001') $$, 'a contact that is not there has none');
select is_empty($$ select * from prosa.contact_messages(null) $$, 'nor has none');

-- ---- only the months that a page needs
select pg_temp.reset_role();
select prosa.run_maintenance() \g /dev/null
create temporary table scans (label text, months bigint);
create temporary view month_scans as
select h.inhrelid, coalesce(pg_stat_get_xact_numscans(h.inhrelid), 0) + (select sum(pg_stat_get_xact_numscans(i.indexrelid)) from pg_index i where i.indrelid = h.inhrelid) as scans
  from pg_inherits h where h.inhparent = 'prosa.messages'::regclass;
create function pg_temp.watch(p_tenant_id uuid, p_label text, p_query text) returns void language plpgsql as $$
declare
    v_before bigint[] := (select array_agg(s.scans order by s.inhrelid) from month_scans s);
begin
    perform pg_temp.become('prosa_app', p_tenant_id);
    execute p_query;
    perform pg_temp.become('none', null);
    insert into scans select p_label, count(*) from unnest(v_before, (select array_agg(s.scans order by s.inhrelid) from month_scans s)) u (b, a) where u.a > u.b;
end
$$;
select pg_temp.watch(:'sorriso', 'last', 'select * from prosa.last_messages(3)'), pg_temp.watch(:'sorriso', 'contact', format('select * from prosa.contact_messages(%L, 3)', :'ana_contact')),
       pg_temp.watch(:'sorriso', 'all', 'select * from prosa.last_messages(1000)'), pg_temp.watch(:'sorriso', 'history', format('select * from prosa.conversation_history(%L, 3)', :'ana')),
       pg_temp.watch(:'sorriso', 'page', format('select * from prosa.conversation_history(%L, 2, now() - interval ''300 days'', 1)', :'ana')), pg_temp.watch(:'sorriso', 'next page', format('select * from prosa.conversation_history(%L, 1, after_created_at => now() - interval ''300 days'', after_index => 1)', :'ana')) \g /dev/null
select cmp_ok((select months from scans where label = 'all'), '>', 15::bigint, 'there are many months');
select is_empty($$ select label, months from scans where label in ('last', 'contact', 'history') and months > 4 $$, 'a short page opens the last ones only');
select cmp_ok((select months from scans where label = 'next page'), '<=', 4::bigint, 'a page in the past opens the months beside it');

-- ---- what is refused, and whose it is
select pg_temp.as_app(:'sorriso');
select throws_ok('select * from prosa.last_messages(0)', '22023', 'p_limit must be between 1 and 1000', 'no limit');
select throws_ok('select * from prosa.last_messages(1001)', '22023', null, 'one too many');
select throws_ok('select * from prosa.last_messages(null)', '22023', null, 'or none');
select throws_ok('select * from prosa.last_messages(5, now())', '22023', 'half a cursor', 'half a cursor');
select throws_ok('select * from prosa.last_messages(5, before_id => gen_random_uuid())', '22023', null, 'either half');
select throws_ok(format('select * from prosa.contact_messages(%L, 0)', :'ana_contact'), '22023', null, 'the same of a contact');
select throws_ok(format('select * from prosa.contact_messages(%L, 5, now())', :'ana_contact'), '22023', null, 'and its cursor');
select pg_temp.as_app(:'harbor');
select is_empty('select * from prosa.last_messages()', 'another tenant has its own');
select is_empty(format('select * from prosa.contact_messages(%L)', :'ana_contact'), 'sees no contact of others');
select throws_ok(format('select prosa.mark_read(%L)', :'ana'), 'P0002', null, 'reads for nobody else');
select results_eq('select open_conversations from prosa.inbox_counts', array[1::bigint], 'and counts its own');
select pg_temp.as_app();
select throws_ok('select * from prosa.last_messages()', '42501', 'no tenant is set', 'without a tenant there are none');
select throws_ok(format('select * from prosa.contact_messages(%L)', :'ana_contact'), '42501', null, 'of a contact neither');
select throws_ok(format('select prosa.mark_read(%L)', :'ana'), '42501', null, 'nothing is read');
select is_empty('select * from prosa.inbox_counts', 'and nothing waits');

select pg_temp.reset_role();
select * from finish();
rollback;
