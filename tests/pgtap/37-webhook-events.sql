-- What a webhook call becomes: stored, ignored, failed or refused; and what is kept of it.
begin;
\ir lib/personas.sql
select plan(91);

select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_inbox(:'sorriso', 'recepcao') as inbox, pg_temp.new_inbox(:'sorriso', 'other') as other \gset
select pg_temp.as_app(:'sorriso');
create function pg_temp.receive(p_payload jsonb, p_headers jsonb default '{}', p_inbox text default 'recepcao') returns jsonb language sql as
$$ select prosa.receive_webhook('evolution', p_inbox, p_payload, p_headers) $$;

-- forms of an upsert
select pg_temp.receive(pg_temp.upsert('U1', '{"conversation": "um"}')) as result \gset
select is(:'result'::jsonb - 'messages' - 'event_id', '{"status": "stored", "event": "messages.upsert"}', 'an upsert is stored');
select matches(:'result'::jsonb ->> 'event_id', '^[0-9a-f-]{36}$', 'with the id of its event');
select set_eq(format('select jsonb_object_keys(%L::jsonb #> ''{messages,0}'')', :'result'), array['message_id', 'created_at', 'message_index', 'is_duplicate', 'conversation_id'], 'and what its message became');
select is(pg_temp.receive(pg_temp.upsert('U2', '{"conversation": "dois"}') || '{"event": "MESSAGES_UPSERT"}') - 'messages' - 'event_id', '{"status": "stored", "event": "messages.upsert"}', 'upper-case event names are the same');
select is(jsonb_array_length(pg_temp.receive(jsonb_build_object('event', 'messages.upsert', 'data', jsonb_build_object('messages', jsonb_build_array(
              pg_temp.upsert('U3', '{"conversation": "três"}') -> 'data', pg_temp.upsert('U4', '{"conversation": "quatro"}') -> 'data')))) -> 'messages'), 2, 'older senders wrap several messages');
select is(jsonb_array_length(pg_temp.receive(jsonb_build_object('event', 'messages.upsert', 'data', jsonb_build_array(pg_temp.upsert('U5', '{"conversation": "cinco"}') -> 'data'))) -> 'messages'), 1, 'or send an array');
select results_eq('select content from prosa.messages order by message_index', array['um', 'dois', 'três', 'quatro', 'cinco'], 'in their order');
select is(pg_temp.receive(pg_temp.upsert('U6', '{"conversation": "seis"}'), '{}', null) ->> 'status', 'stored', 'without an inbox''s name it is the default one''s');
select is((select inbox_id from prosa.messages where external_id = 'U6'), :'inbox'::uuid, 'which is the first');
select pg_temp.receive(pg_temp.upsert('U1', '{"conversation": "um"}'), '{}', 'other') as elsewhere \gset
select is((:'elsewhere'::jsonb #>> '{messages,0,is_duplicate}')::boolean, false, 'another inbox''s ids are its own');

-- edits and deletions are about a message that is there
create function pg_temp.protocol(p_id text, p_type jsonb, p_target text, p_key jsonb default '{}', p_edited jsonb default null) returns jsonb language sql as
$$ select pg_temp.receive(pg_temp.upsert(p_id, jsonb_build_object('protocolMessage', jsonb_strip_nulls(jsonb_build_object('key', jsonb_build_object('id', p_target), 'type', p_type, 'editedMessage', p_edited))), 'protocolMessage', p_key)) $$;
create function pg_temp.content_of(p_id text) returns text language sql as
$$ select m.content from prosa.messages m where m.external_id = p_id and m.inbox_id = (select i.id from prosa.inboxes i where i.name = 'recepcao') $$;
select count(*) as stored from prosa.messages \gset
select pg_temp.receive(pg_temp.upsert('EDIT',
    '{"editedMessage": {"message": {"protocolMessage": {"key": {"id": "U1"}, "type": "MESSAGE_EDIT", "editedMessage": {"conversation": "um, emendado"}}}}}')) as edit \gset
select is(pg_temp.content_of('U1'), 'um, emendado', 'an edit gives the message its new text');
select is(:'edit'::jsonb #> '{messages,0}', jsonb_build_object('message_id', m.id, 'created_at', m.created_at, 'message_index', m.message_index, 'conversation_id', m.conversation_id, 'is_duplicate', true, 'change', 'edited'),
          'and says which message it was') from prosa.messages m where m.external_id = 'U1' and m.inbox_id = :'inbox';
select is(pg_temp.protocol('E2', '14', 'U1', '{}', '{"extendedTextMessage": {"text": "um, de novo"}}') ->> 'status', 'stored', 'the type may be its number, the text of another kind');
select is(pg_temp.content_of('U1'), 'um, de novo', 'the last one stands');
select is(pg_temp.receive('{"event": "messages.edited", "data": {"key": {"id": "U2", "fromMe": true}, "type": "MESSAGE_EDIT", "editedMessage": {"conversation": "dois, emendado"}, "timestampMs": "1767225600500"}}') ->> 'status', 'stored', 'the event of an edit is one too');
select is((select array_agg(content || edited_at) from prosa.messages where external_id = 'U2'), array['dois, emendado2026-01-01 00:00:00.5+00'], 'with its time');
select results_eq($$ select h.kind, h.previous_content from prosa.messages m cross join lateral prosa.message_history(m.id, m.created_at) h where m.external_id = 'U1' $$,
                  $$ values ('edited', 'um'), ('edited', 'um, emendado') $$, 'what it said before is its history');
select is(pg_temp.protocol('E3', '"MESSAGE_EDIT"', 'U1', '{"fromMe": true}', '{"conversation": "forged"}') ->> 'status', 'ignored', 'what the contact wrote is not edited by us');
select is(pg_temp.receive(pg_temp.upsert('OURS', '{"conversation": "nosso preço: 100"}', null, '{"fromMe": true}')) ->> 'status', 'stored', 'a message of ours');
select is(pg_temp.protocol('E4', '"MESSAGE_EDIT"', 'OURS', '{}', '{"conversation": "nosso preço: 1"}') ->> 'status', 'ignored', 'is not edited by the contact');
select is(pg_temp.protocol('E5', '"REVOKE"', 'OURS') ->> 'status', 'ignored', 'nor deleted');
select is(pg_temp.content_of('OURS'), 'nosso preço: 100', 'and says what it said');
select is(pg_temp.protocol('E6', '"MESSAGE_EDIT"', 'NEVER', '{}', '{"conversation": "x"}') ->> 'status', 'ignored', 'an edit of a message that nobody knows is ignored');
select is(pg_temp.protocol('E7', '"MESSAGE_EDIT"', 'U1') #>> '{error,sqlstate}', '22023', 'one without a text fails');
select is(pg_temp.protocol('D1', '"REVOKE"', 'U3') #>> '{messages,0,change}', 'deleted', 'a message that was taken back is deleted');
select is((select array_agg(m.content || (m.deleted_at is not null)) from prosa.messages m where m.external_id = 'U3'), array['true'], 'a tombstone stays');
select is(pg_temp.receive('{"event": "messages.delete", "data": {"id": "U4", "remoteJid": "5511912345678@s.whatsapp.net", "fromMe": false}}') #>> '{messages,0,change}', 'deleted', 'the event of a deletion is one too');
select is(pg_temp.receive('{"event": "MESSAGES_DELETE", "data": [{"id": "row-of-the-sender", "key": {"id": "U5"}}, {"keyId": "U4"}]}') -> 'messages' -> 1 ->> 'change', 'deleted', 'in its other forms, and again');
select is(pg_temp.content_of('U4') || pg_temp.content_of('U5'), '', 'all of them');
select is(pg_temp.protocol('E8', '"MESSAGE_EDIT"', 'U4', '{}', '{"conversation": "x"}') ->> 'status', 'ignored', 'what was deleted is not edited any more');
select is(pg_temp.receive(pg_temp.upsert('U4', '{"conversation": "quatro"}')) #>> '{messages,0,is_duplicate}', 'true', 'nor brought back by a redelivery');
select is(pg_temp.receive('{"event": "messages.delete", "data": {"id": "NEVER"}}') ->> 'status', 'ignored', 'a deletion of what nobody knows is ignored');
select is(pg_temp.receive('{"event": "messages.delete", "data": {"remoteJid": "x"}}') #>> '{error,sqlstate}', '22023', 'of nothing, it fails');
select is(pg_temp.protocol('D2', '"REVOKE"', 'U1', '{"remoteJid": "5511912345678@s.whatsapp.net", "fromMe": true}') ->> 'status', 'ignored', 'we do not take back what the contact wrote');
select is((select count(*) from prosa.messages), :stored::bigint + 1, 'none of it is a message of its own');
select is(pg_temp.protocol('P1', '"EPHEMERAL_SETTING"', 'U1') #>> '{messages,0,is_duplicate}', 'false', 'another protocol message is a message without text');
-- in a group, its administrators delete what others wrote
select pg_temp.receive(pg_temp.upsert('GRP', '{"conversation": "spam"}', null, '{"remoteJid": "1203@g.us", "participant": "5511977777777@s.whatsapp.net"}')) \g /dev/null
select is(pg_temp.protocol('D3', '"REVOKE"', 'GRP', '{"remoteJid": "1203@g.us", "fromMe": true}') ->> 'status', 'stored', 'as administrator of a group we do');

-- the instance's connection
select is(pg_temp.receive('{"event": "CONNECTION_UPDATE", "data": {"state": "connecting"}}') ->> 'status', 'stored', 'the state of the connection is stored');
select is(pg_temp.receive('{"event": "connection.update", "data": {"instance": "recepcao", "state": "open", "statusReason": 200}}') - 'event_id', '{"status": "stored", "event": "connection.update", "messages": []}', 'each time it changes');
select results_eq(format('select connection_state, connection_state_at > now() from prosa.inboxes where id = %L', :'inbox'), $$ values ('open', true) $$, 'with the inbox');

-- ignored
select is(pg_temp.receive('{"event": "presence.update", "data": {"state": "open"}}') - 'event_id', '{"status": "ignored", "event": "presence.update", "messages": []}', 'an event of no use is ignored');
select is(pg_temp.receive('{"event": "something.new"}') ->> 'status', 'ignored', 'so is one that nobody knows');
select is((select count(*)::integer from prosa.inbound_events where status = 'ignored' and event in ('presence.update', 'something.new')), 2, 'they are kept all the same');

-- failed: the data is bad, and would be bad again
create function pg_temp.fails(p_payload jsonb, p_code text, p_why text) returns setof text language plpgsql as $$
declare
    v_before bigint := (select count(*) from prosa.messages);
    v_result jsonb := pg_temp.receive(p_payload);
    v_event prosa.inbound_events;
begin
    select * into v_event from prosa.inbound_events e where e.id = (v_result ->> 'event_id')::uuid;
    return next is(array[v_result ->> 'status', v_result #>> '{error,sqlstate}', v_event.status, v_event.error_code],
                   array['failed', p_code, 'failed', p_code], p_why || ' fails');
    return next ok(v_event.payload = p_payload - 'apikey' or v_event.payload = p_payload || '{"apikey": "[redacted]"}', p_why || ': the call is kept');
    return next is((select count(*) from prosa.messages), v_before, p_why || ': nothing else is');
end
$$;
select pg_temp.fails('{"event": "messages.upsert"}', '22023', 'no data');
select pg_temp.fails('{"event": "messages.upsert", "data": "text"}', '22023', 'data that is no object');
select pg_temp.fails('{"event": "messages.upsert", "data": {"key": {"id": "F1"}, "message": {}}}', '22023', 'a message from nobody');
select pg_temp.fails('{"event": "messages.upsert", "data": {"key": {"remoteJid": "5511912345678@s.whatsapp.net"}, "message": {}}}', '22023', 'a message without id');
select pg_temp.fails(pg_temp.upsert('F2', '{"conversation": "x"}', null, '{"fromMe": "maybe"}'), '22P02', 'a message that is perhaps from me');
select pg_temp.receive(jsonb_build_object('event', 'messages.upsert', 'data', jsonb_build_object('messages', jsonb_build_array(
    '{"key": {"remoteJid": "5511912345678@s.whatsapp.net"}}'::jsonb, pg_temp.upsert('GOOD', '{"conversation": "good"}') -> 'data')))) as mixed \gset
select is(:'mixed'::jsonb ->> 'status', 'failed', 'one bad message among good ones fails the call');
select is((select content from prosa.messages where external_id = 'GOOD' and id = (:'mixed'::jsonb #>> '{messages,0,message_id}')::uuid), 'good', 'and the good ones are recorded');
select is((select status || error_code from prosa.inbound_events where id = (:'mixed'::jsonb ->> 'event_id')::uuid), 'failed22023', 'the call is kept with the reason');
select is(pg_temp.receive(pg_temp.upsert('F2', '{"conversation": "good"}')) #>> '{messages,0,is_duplicate}', 'false', 'what failed may come again, mended');

-- refused: not what this is for
select throws_ok($$ select pg_temp.receive('{"event": "x"}', '{}', 'nowhere') $$, 'P0002', null, 'an inbox that the tenant does not have');
select throws_ok($$ select prosa.receive_webhook('carrier-pigeon', 'recepcao', '{"event": "x"}') $$, '22023', 'there is no provider "carrier-pigeon"', 'a provider that does not exist');
select throws_ok($$ select prosa.receive_webhook(null, 'recepcao', '{"event": "x"}') $$, '22023', null, 'no provider');
select throws_ok($$ select pg_temp.receive('[]') $$, '22023', null, 'a payload that is no object');
select throws_ok($$ select pg_temp.receive('{"data": {}}') $$, '22023', null, 'or has no event');
select throws_ok($$ select pg_temp.receive('{"event": 5}') $$, '22023', null, 'or one that is no text');
select throws_ok($$ select pg_temp.receive(null) $$, '22023', null, 'or nothing');

-- delivery status
create function pg_temp.status_after(p_status text) returns text language sql as
$$ select pg_temp.receive(jsonb_build_object('event', 'messages.update', 'data', jsonb_build_object('keyId', 'U1', 'status', p_status)));
   select delivery_status from prosa.messages where external_id = 'U1' and inbox_id = (select id from prosa.inboxes where name = 'recepcao') $$;
select is(pg_temp.status_after('PENDING'), 'PENDING', 'a status is noted');
select is(pg_temp.status_after('ERROR'), 'ERROR', 'an error after it too');
select is(pg_temp.status_after('SERVER_ACK'), 'SERVER_ACK', 'a later attempt may go on');
select is(pg_temp.status_after('READ'), 'READ', 'and be read');
select is(pg_temp.status_after('DELIVERY_ACK'), 'READ', 'a report that comes late does not take it back');
select is(pg_temp.status_after('PLAYED'), 'PLAYED', 'the last is played');
select is(pg_temp.status_after('NONSENSE'), 'PLAYED', 'an unknown status is nothing');
select results_eq($$ select h.status from prosa.messages m cross join lateral prosa.message_history(m.id, m.created_at) h where m.external_id = 'U1' and h.kind = 'status' $$,
                  array['PENDING', 'ERROR', 'SERVER_ACK', 'READ', 'PLAYED'], 'every step is kept');
select is((select delivery_status from prosa.messages where external_id = 'U1' and inbox_id = :'other'), null, 'another inbox''s message is not meant');
select is(pg_temp.receive('{"event": "MESSAGES_UPDATE", "data": [{"key": {"id": "U2"}, "update": {"status": "READ"}}, {"key": {"id": "U3"}, "update": {"status": "read"}}]}') ->> 'status', 'stored', 'several in a list, in the other form');
select results_eq($$ select delivery_status from prosa.messages where external_id in ('U2', 'U3') $$, array['READ', 'READ'], 'are noted each');
select is(pg_temp.receive('{"event": "messages.update", "data": {"keyId": "never seen", "status": "READ"}}') ->> 'status', 'ignored', 'of a message that nobody knows it is ignored');

-- what is kept has no secrets in it
select pg_temp.receive(pg_temp.upsert('K1', jsonb_build_object('imageMessage', '{"caption": "foto"}'::jsonb, 'base64', repeat('QUJD', 5000)), 'imageMessage'),
                       '{"user-agent": "evolution", "Authorization": "Bearer secret-1", "apikey": "secret-2", "Cookie": "secret-3", "x-api-key": "secret-4"}') ->> 'event_id' as event \gset
select is((select payload ->> 'apikey' from prosa.inbound_events where id = :'event'), '[redacted]', 'the sender''s key is redacted');
select is((select headers from prosa.inbound_events where id = :'event'), '{"user-agent": "evolution", "Authorization": "[redacted]", "apikey": "[redacted]", "Cookie": "[redacted]", "x-api-key": "[redacted]"}', 'so are headers that are credentials, however they are written');
select is((select payload #>> '{data,message,base64}' from prosa.inbound_events where id = :'event'), '[20000 characters]', 'inline media is left out');
select is((select payload #>> '{data,message,imageMessage,caption}' from prosa.inbound_events where id = :'event'), 'foto', 'everything else is kept');
select pg_temp.receive('{"event": "x", "apikey": null}') ->> 'event_id' as null_event \gset
select is((select payload -> 'apikey' from prosa.inbound_events where id = :'null_event'), 'null', 'a null key stays null');
select is((select count(*)::integer from prosa.inbound_events e where e::text ~ 'sk-evolution-secret|secret-[0-9]|QUJDQUJD'), 0, 'no secret and no media in any event');

select pg_temp.reset_role();
select is(prosa._redact_payload('{"a": {"Token": "x", "t": "token", "n": [{"apikey": null}, {"base64": "abc"}, 5, true, "s"]}, "e": {}, "r": []}'),
          '{"a": {"Token": "[redacted]", "t": "token", "n": [{"apikey": null}, {"base64": "[3 characters]"}, 5, true, "s"]}, "e": {}, "r": []}',
          'at every depth, and nothing else is touched');

-- a webhook key is enough
select prosa.create_api_key(:'sorriso', 'hook', '{webhook}', inbox_id => :'other') as token \gset
select pg_temp.as_app();
select is((select prosa.receive_webhook('evolution', a.inbox_name, pg_temp.upsert('TOKEN', '{"conversation": "x"}')) ->> 'status' from prosa.authenticate(:'token', 'webhook') a), 'stored', 'one statement authenticates and receives');
select is((select inbox_id from prosa.messages where external_id = 'TOKEN'), :'other'::uuid, 'on the key''s inbox');
select pg_temp.as_app();
select throws_ok($$ select prosa.receive_webhook('evolution', 'recepcao', '{"event": "x"}') $$, '42501', 'no tenant is set', 'a webhook belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
