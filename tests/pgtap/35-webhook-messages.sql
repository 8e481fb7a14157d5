-- Evolution's messages.upsert: every type of message gives its text, its type and what belongs to it.
begin;
\ir lib/personas.sql
select plan(51);

select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.new_inbox(:'sorriso') as inbox \gset
select pg_temp.as_app(:'sorriso');

-- what a delivered message became
create function pg_temp.stored(p_payload jsonb) returns prosa.messages language plpgsql as $$
declare
    v_result jsonb := prosa.receive_webhook('evolution', 'recepcao', p_payload);
    v_message prosa.messages;
begin
    if v_result ->> 'status' <> 'stored' then
        raise exception 'not stored: %', v_result;
    end if;
    select * into strict v_message from prosa.messages m where m.id = (v_result #>> '{messages,0,message_id}')::uuid;
    return v_message;
end
$$;
create function pg_temp.says(p_type text, p_message jsonb, p_content text, p_metadata jsonb, p_why text) returns setof text language plpgsql as $$
declare
    v_message prosa.messages := pg_temp.stored(pg_temp.upsert(p_type || md5(p_message::text), p_message, p_type));
begin
    return next is(v_message.content, p_content, p_why);
    return next is(v_message.metadata, jsonb_build_object('type', p_type) || p_metadata, p_why || ': what belongs to it');
end
$$;

select pg_temp.says('conversation', '{"conversation": "Bom dia"}', 'Bom dia', '{}', 'a plain text');
select pg_temp.says('extendedTextMessage', '{"extendedTextMessage": {"text": "veja https://example.org", "contextInfo": {"stanzaId": "Q1"}}}', 'veja https://example.org', '{"quoted_id": "Q1"}', 'a text with a link, as an answer');
select pg_temp.says('imageMessage', '{"imageMessage": {"caption": "meu dente", "mimetype": "image/jpeg", "url": "https://mmg.example/a"}}', 'meu dente', '{"mimetype": "image/jpeg"}', 'an image with a caption');
select pg_temp.says('imageMessage', '{"imageMessage": {"mimetype": "image/png"}}', '', '{"mimetype": "image/png"}', 'an image without one');
select pg_temp.says('audioMessage', '{"audioMessage": {"mimetype": "audio/ogg", "seconds": 4, "ptt": true}}', '', '{"mimetype": "audio/ogg"}', 'a voice message');
select pg_temp.says('videoMessage', '{"videoMessage": {"caption": "olha", "mimetype": "video/mp4"}}', 'olha', '{"mimetype": "video/mp4"}', 'a video');
select pg_temp.says('documentMessage', '{"documentMessage": {"fileName": "exame.pdf", "mimetype": "application/pdf"}}', 'exame.pdf', '{"mimetype": "application/pdf"}', 'a document, by its name');
select pg_temp.says('documentWithCaptionMessage', '{"documentWithCaptionMessage": {"message": {"documentMessage": {"caption": "segue", "fileName": "x.pdf", "mimetype": "application/pdf"}}}}', 'segue', '{"mimetype": "application/pdf"}', 'a document, by its caption');
select pg_temp.says('stickerMessage', '{"stickerMessage": {"mimetype": "image/webp"}}', '', '{"mimetype": "image/webp"}', 'a sticker');
select pg_temp.says('listResponseMessage', '{"listResponseMessage": {"title": "Limpeza", "singleSelectReply": {"selectedRowId": "row-2"}}}', 'Limpeza', '{}', 'a choice of a list');
select pg_temp.says('buttonsResponseMessage', '{"buttonsResponseMessage": {"selectedButtonId": "b1", "selectedDisplayText": "Sim"}}', 'Sim', '{}', 'a button');
select pg_temp.says('reactionMessage', '{"reactionMessage": {"text": "👍", "key": {"id": "R1"}}}', '👍', '{"reaction_to": "R1"}', 'a reaction');
select pg_temp.says('locationMessage', '{"locationMessage": {"degreesLatitude": -23.5, "degreesLongitude": -46.6, "name": "Clínica", "address": "Rua A, 1"}}', 'Clínica, Rua A, 1', '{"location": {"latitude": -23.5, "longitude": -46.6}}', 'a place');
select pg_temp.says('ephemeralMessage', '{"ephemeralMessage": {"message": {"extendedTextMessage": {"text": "some"}}}}', 'some', '{}', 'a message that will vanish');
select pg_temp.says('futureMessage', '{"futureMessage": {"strange": [1, 2]}}', '', '{}', 'a type that nobody knows yet');

-- media addresses
select is((pg_temp.stored(pg_temp.upsert('M1', '{"imageMessage": {"url": "https://mmg.example/enc"}, "mediaUrl": "https://s3.example/a.jpg"}', 'imageMessage'))).media_url, 'https://s3.example/a.jpg', 'the sender''s own storage comes first');
select is((pg_temp.stored(pg_temp.upsert('M2', '{"imageMessage": {"url": "https://mmg.example/enc"}}', 'imageMessage'))).media_url, 'https://mmg.example/enc', 'else WhatsApp''s address');

-- without messageType
select is((pg_temp.stored(pg_temp.upsert('T1', '{"conversation": "x", "messageContextInfo": {}}'))).metadata ->> 'type', 'conversation', 'a missing type is read from the message');
select is((pg_temp.stored(pg_temp.upsert('T2', '{"messageContextInfo": {}, "videoMessage": {"caption": "v"}, "senderKeyDistributionMessage": {}}'))).metadata ->> 'type', 'videoMessage', 'and not from what comes along with it');
select is((pg_temp.stored(pg_temp.upsert('T3', '{}'))).metadata ->> 'type', 'unknown', 'an empty message is of an unknown type');
select is((pg_temp.stored(pg_temp.upsert('T4', 'null'))).metadata ->> 'type', 'unknown', 'so is none');
select is((pg_temp.stored(pg_temp.upsert('T5', '"text"'))).content, '', 'and one that is no object');

-- the row
select * from pg_temp.stored(pg_temp.upsert('ROW', '{"conversation": "Oi"}', 'conversation', '{}', '{"source": "android"}')) \gset row_
select is(array[:'row_role', :'row_external_id', :'row_sender_name', :'row_inbox_id'], array['user', 'ROW', 'Ana', :'inbox'], 'role, external id, sender and inbox');
select is(:'row_metadata'::jsonb, '{"type": "conversation", "source": "android"}', 'and the device');

-- from the phone of the tenant
select is((pg_temp.stored(pg_temp.upsert('ME', '{"conversation": "Já respondo"}', 'conversation', '{"fromMe": true}', '{"pushName": "Recepção"}'))).role, 'operator', 'fromMe is written by a person of the tenant');
select is((select name from prosa.contacts), 'Ana', 'and does not name the contact');
select is((prosa.receive_webhook('evolution', 'recepcao', pg_temp.upsert('SENT', '{"conversation": "Enviado"}', 'conversation', '{"fromMe": true}') || '{"event": "send.message"}')) ->> 'status', 'stored', 'send.message is what was sent through the API');
select is((select role from prosa.messages where external_id = 'SENT'), 'operator', 'and outbound too');

-- time
create function pg_temp.time_of(p_id text, p_timestamp jsonb) returns timestamptz language sql as
$$ select (pg_temp.stored(pg_temp.upsert(p_id, '{"conversation": "t"}', 'conversation', '{}', jsonb_build_object('messageTimestamp', p_timestamp)))).created_at $$;
select is(pg_temp.time_of('S1', '1767225600'), '2026-01-01T00:00:00Z'::timestamptz, 'seconds, as a number');
select is(pg_temp.time_of('S2', '"1767225600"'), '2026-01-01T00:00:00Z'::timestamptz, 'as a text');
select is(pg_temp.time_of('S3', '1767225600500'), '2026-01-01T00:00:00.5Z'::timestamptz, 'milliseconds');
select is(pg_temp.time_of('S4', '{"low": 1767225600, "high": 0, "unsigned": true}'), '2026-01-01T00:00:00Z'::timestamptz, 'protobuf''s pair');
select cmp_ok(abs(extract(epoch from pg_temp.time_of('S5', '"soon"') - clock_timestamp())), '<', 60::numeric, 'what is no time is now');
select cmp_ok(abs(extract(epoch from pg_temp.time_of('S6', 'null') - clock_timestamp())), '<', 60::numeric, 'so is none');
select cmp_ok(abs(extract(epoch from pg_temp.time_of('S7', '9999999999') - clock_timestamp())), '<', 60::numeric, 'and a time far ahead');

select pg_temp.reset_role();
select is((select last_message_index from prosa.conversations where tenant_id = :'sorriso'), (select count(*) from prosa.messages where tenant_id = :'sorriso'), 'all of it is one conversation, without a gap');
select * from finish();
rollback;
