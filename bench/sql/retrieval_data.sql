-- A tenant for each conversation, and one more with a thousand turns of the first ones.
create temporary table turns as
select l.*, row_number() over (order by l.number, l.session, l.turn) as place,
       to_timestamp(l.date, 'HH12:MI am "on" DD Month, YYYY') + l.turn * interval '1 minute' as created_at
  from bench.turn_lines t cross join lateral jsonb_to_record(t.line) l (number integer, session integer, date text, turn integer, first_speaker text, id text, speaker text, text text);

create function pg_temp.record(p_number integer, p_conversations integer[], p_turns integer default null) returns void language plpgsql as $$
declare
    v_tenant_id uuid := prosa.create_tenant('retrieval ' || p_number, 'enterprise', 'retrieval-' || p_number, '{"language": "english"}');
    v_inbox_id uuid;
    v_conversation_id uuid;
    v_number integer;
begin
    perform prosa.set_tenant_setting(v_tenant_id, 'retention_days', '36500');
    perform prosa.set_tenant(v_tenant_id);
    v_inbox_id := prosa.create_inbox('chat');
    foreach v_number in array p_conversations loop
        v_conversation_id := prosa.get_or_create_conversation(v_inbox_id,
            prosa.get_or_create_contact('+1 555 0' || 100 + v_number, (select t.first_speaker from turns t where t.number = v_number limit 1)));
        perform prosa.record_messages(jsonb_agg(jsonb_build_object(
                    'conversation_id', v_conversation_id, 'role', case t.speaker when t.first_speaker then 'user' else 'assistant' end,
                    'sender_name', t.speaker, 'content', t.text, 'created_at', t.created_at, 'external_id', v_number || '/' || t.id)
                    order by t.session, t.turn))
           from turns t where t.number = v_number and t.place <= coalesce(p_turns, t.place);
    end loop;
    insert into bench.tenants select p_number, v_tenant_id, count(*) from turns t where t.number = any (p_conversations) and t.place <= coalesce(p_turns, t.place);
    perform prosa.set_tenant(null);
end
$$;
select pg_temp.record(t.number, array[t.number]) from (select distinct t.number from turns t order by 1) t;
select pg_temp.record(-1, array_agg(distinct t.number), 1000) from turns t where t.place <= 1000;

insert into bench.questions
select l.number, l.question, l.text, l.category,
       array(select l.number || '/' || e from unnest(l.evidence) e where exists (select from turns t where t.number = l.number and t.id = e))
  from bench.question_lines q cross join lateral jsonb_to_record(q.line) l (number integer, question integer, text text, category integer, evidence text[]);

-- as a worker claims it
do $$
declare
    v_found integer;
begin
    loop
        insert into bench.items (tenant_id, kind, item_id, text, enqueued_at)
        select c.tenant_id, c.kind, c.item_id, c.content, c.enqueued_at from prosa.claim_embeddings(2048, '1 hour') c;
        get diagnostics v_found = row_count;
        exit when v_found = 0;
    end loop;
end
$$;
