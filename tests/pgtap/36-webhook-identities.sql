-- Whose message it is: phones, WhatsApp's opaque lid, groups, broadcasts; and that a redelivery stores nothing twice.
begin;
\ir lib/personas.sql
select plan(31);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_inbox(:'sorriso') as inbox, pg_temp.new_inbox(:'harbor') as harbor_inbox \gset
select pg_temp.as_app(:'sorriso');

create function pg_temp.receive(p_payload jsonb) returns jsonb language sql as $$ select prosa.receive_webhook('evolution', 'recepcao', p_payload) $$;
create function pg_temp.contact_of(p_id text, p_key jsonb, p_data jsonb default '{}') returns uuid language plpgsql as $$
declare
    v_result jsonb := pg_temp.receive(pg_temp.upsert(p_id, jsonb_build_object('conversation', p_id), 'conversation', p_key, p_data));
begin
    return (select c.contact_id from prosa.conversations c where c.id = (v_result #>> '{messages,0,conversation_id}')::uuid);
end
$$;
create function pg_temp.known(p_contact uuid) returns text language sql as
$$ select string_agg(kind || ':' || value, ' ' order by kind, value) from prosa.contact_identities where contact_id = p_contact $$;

-- a phone
select pg_temp.contact_of('P1', '{}') as ana \gset
select is(pg_temp.known(:'ana'), 'phone:5511912345678', 'a WhatsApp address is a phone');
select is(pg_temp.contact_of('P2', '{"remoteJid": "5511912345678@c.us"}'), :'ana'::uuid, 'in the older form too');
select is(pg_temp.contact_of('P3', '{"remoteJid": "5511912345678:12@s.whatsapp.net"}'), :'ana'::uuid, 'and from another device');
select is(prosa.get_or_create_contact('+55 11 91234-5678'), :'ana'::uuid, 'it is who has that number');

-- the lid, with the phone beside it, in any of three places
select is(pg_temp.contact_of('L1', '{"remoteJid": "111@lid", "remoteJidAlt": "5511912345678@s.whatsapp.net", "addressingMode": "lid"}'), :'ana'::uuid, 'a lid with remoteJidAlt');
select is(pg_temp.known(:'ana'), 'lid:111 phone:5511912345678', 'is remembered');
select is(pg_temp.contact_of('L2', '{"remoteJid": "111@lid"}'), :'ana'::uuid, 'and enough from then on');
select is(pg_temp.contact_of('L3', '{"remoteJid": "333@lid", "senderPn": "5511933333333@s.whatsapp.net"}'), prosa.get_or_create_contact('5511933333333'), 'a lid with senderPn in its key');
select is(pg_temp.contact_of('L4', '{"remoteJid": "444@lid"}', '{"senderPn": "5511944444444@s.whatsapp.net"}'), prosa.get_or_create_contact('5511944444444'), 'or beside it');
select pg_temp.contact_of('L5', '{"remoteJid": "555@lid"}') as nobody \gset
select is(pg_temp.known(:'nobody'), 'lid:555', 'a lid alone is a contact without a phone');
select is(pg_temp.contact_of('L6', '{"remoteJid": "5511955555555@s.whatsapp.net", "remoteJidAlt": "555@lid"}'), :'nobody'::uuid, 'whose phone may come later, the other way round');
select is(pg_temp.known(:'nobody'), 'lid:555 phone:5511955555555', 'and is remembered');

-- the same message under both names
select pg_temp.receive(pg_temp.upsert('TWICE', '{"conversation": "uma vez"}', 'conversation', '{"remoteJid": "5511966666666@s.whatsapp.net"}')) as first \gset
select count(*) as conversations from prosa.conversations \gset
select pg_temp.receive(pg_temp.upsert('TWICE', '{"conversation": "uma vez"}', 'conversation', '{"remoteJid": "666@lid"}')) as again \gset
select is((:'again'::jsonb #>> '{messages,0,is_duplicate}')::boolean, true, 'one id under the phone and under the lid is one message');
select is(:'again'::jsonb #>> '{messages,0,message_id}', :'first'::jsonb #>> '{messages,0,message_id}', 'the first');
select is(:'again'::jsonb #>> '{messages,0,conversation_id}', :'first'::jsonb #>> '{messages,0,conversation_id}', 'in the conversation where it is');
select is((select count(*) from prosa.conversations), :conversations::bigint, 'no second, empty conversation was made for it');
select is((select count(*)::integer from prosa.contact_identities where value = '666'), 0, 'nor a second contact');

-- redelivery
select pg_temp.receive(pg_temp.upsert('R1', '{"conversation": "oi"}')) as r1 \gset
select pg_temp.receive(pg_temp.upsert('R1', '{"conversation": "oi"}', null, '{}', jsonb_build_object('messageTimestamp', extract(epoch from now() - interval '2 months')::bigint))) as r2 \gset
select is((:'r2'::jsonb #> '{messages,0}') - 'is_duplicate', (:'r1'::jsonb #> '{messages,0}') - 'is_duplicate', 'a redelivery gives the first message, whatever time it carries');
select is(array[:'r1'::jsonb #> '{messages,0,is_duplicate}', :'r2'::jsonb #> '{messages,0,is_duplicate}'], array['false', 'true']::jsonb[], 'and says that it is one');
select is((select count(*)::integer from prosa.messages where external_id = 'R1'), 1, 'it is stored once');
select is((select count(*)::integer from prosa.inbound_events where payload #>> '{data,key,id}' = 'R1'), 2, 'both calls are kept');

-- groups
select pg_temp.contact_of('G1', '{"remoteJid": "12036304@g.us", "participant": "5511977777777@s.whatsapp.net"}', '{"pushName": "Carla"}') as grp \gset
select is(pg_temp.known(:'grp'), 'group:12036304@g.us', 'a group is a contact');
select is((select name from prosa.contacts where id = :'grp'), null, 'that is not called after who writes in it');
select results_eq($$ select sender_name, metadata ->> 'participant' from prosa.messages where external_id = 'G1' $$, $$ values ('Carla', '5511977777777@s.whatsapp.net') $$, 'the message says who wrote');
select is(pg_temp.contact_of('G2', '{"remoteJid": "12036304@g.us", "participant": "5511912345678@s.whatsapp.net", "remoteJidAlt": "5511912345678@s.whatsapp.net"}'), :'grp'::uuid, 'and stays the group''s');

-- what is nobody's conversation
select is(pg_temp.receive(pg_temp.upsert('B1', '{"conversation": "status"}', null, '{"remoteJid": "status@broadcast"}')) ->> 'status', 'ignored', 'a status update is ignored');
select is(pg_temp.receive(pg_temp.upsert('B2', '{"conversation": "news"}', null, '{"remoteJid": "120363@newsletter"}')) ->> 'status', 'ignored', 'so is a newsletter');
select is((select count(*)::integer from prosa.messages where external_id in ('B1', 'B2')), 0, 'neither is stored');

-- a contact without a name takes the sender's, and the tenant is whose inbox it is
select is((select name from prosa.contacts where id = :'ana'), 'Ana', 'a contact is called as they call themselves');
select pg_temp.as_app(:'harbor');
select isnt(pg_temp.contact_of('P1', '{}'), :'ana'::uuid, 'the same person and message id is another contact of another tenant');
select is((select count(*)::integer from prosa.messages), 1, 'with a message of its own');

select pg_temp.reset_role();
select * from finish();
rollback;
