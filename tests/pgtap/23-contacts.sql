-- Contacts: one person, however the number is written and whatever WhatsApp calls them.
begin;
\ir lib/personas.sql
select plan(29);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_contact('5511912345678') as ana \gset
select is((select value from prosa.contact_identities where contact_id = :'ana' and kind = 'phone'), '5511912345678', 'a phone is kept as its digits');
select is(prosa.get_or_create_contact('+55 11 91234-5678'), :'ana'::uuid, 'plus, blanks and hyphens say nothing');
select is(prosa.get_or_create_contact(' +55 (11) 91234.5678 '), :'ana'::uuid, 'nor do parentheses, dots and blanks around it');
select is((select count(*)::integer from prosa.contacts), 1, 'it is one contact');
select isnt(prosa.get_or_create_contact('5511912345679'), :'ana'::uuid, 'another number is another contact');

-- the name
select is((select name from prosa.contacts where id = :'ana'), null, 'a contact may have no name');
select prosa.get_or_create_contact('5511912345678', '  Ana  ') \g /dev/null
select is((select name from prosa.contacts where id = :'ana'), 'Ana', 'it takes the first one that comes');
select prosa.get_or_create_contact('5511912345678', 'Eva') \g /dev/null
select is((select name from prosa.contacts where id = :'ana'), 'Ana', 'and keeps it');
select prosa.get_or_create_contact('5511912345678', '   ') \g /dev/null
select is((select name from prosa.contacts where id = :'ana'), 'Ana', 'a blank one is none');

-- what is no phone
create function pg_temp.no_phone(p_phone text, p_why text) returns setof text language sql as
$$ select throws_ok(format('select prosa.get_or_create_contact(%L)', p_phone), '22023', 'the phone number must have 8 to 15 digits', p_why) $$;
select pg_temp.no_phone('1234567', 'seven digits are no phone');
select pg_temp.no_phone('1234567890123456', 'nor are sixteen');
select pg_temp.no_phone('55119123x5678', 'nor are letters');
select pg_temp.no_phone('', 'nor is nothing');
select pg_temp.no_phone(null, 'nor null');
select pg_temp.no_phone('5511+912345678', 'a plus belongs before it');
select pg_temp.no_phone('٥٥١١٩١٢٣٤٥٦٧٨', 'digits of another script are refused');
select is((select count(*)::integer from prosa.contacts), 2, 'what was refused made no contact');

-- tenants
select pg_temp.as_app(:'harbor');
select isnt(prosa.get_or_create_contact('5511912345678', 'Ana'), :'ana'::uuid, 'the same phone is another contact of another tenant');
select pg_temp.as_app(:'sorriso');

-- WhatsApp's lid
create function pg_temp.known_as(p_identities jsonb, p_name text default null) returns uuid language sql as
$$ select prosa._get_or_create_contact(prosa.current_tenant_id(), p_identities, p_name) $$;
select is(pg_temp.known_as('[{"kind": "phone", "value": "5511912345678"}, {"kind": "lid", "value": "111"}]'), :'ana'::uuid, 'a lid that comes with a known phone is hers');
select is(pg_temp.known_as('[{"kind": "lid", "value": "111"}]'), :'ana'::uuid, 'and finds her by itself from then on');
select pg_temp.known_as('[{"kind": "lid", "value": "222"}]') as bruno \gset
select isnt(:'bruno'::uuid, :'ana', 'an unknown lid is a new contact');
select is(pg_temp.known_as('[{"kind": "phone", "value": "5511900000000"}, {"kind": "lid", "value": "222"}]', 'Bruno'), :'bruno'::uuid, 'whose phone may come later');
select is(prosa.get_or_create_contact('+55 11 90000-0000'), :'bruno'::uuid, 'and finds him then');
select is((select name from prosa.contacts where id = :'bruno'), 'Bruno', 'with the name that came with it');
select set_eq(format('select kind || value from prosa.contact_identities where contact_id = %L', :'bruno'), array['lid222', 'phone5511900000000'], 'both identities are one contact''s');

-- two contacts that turn out to be one: nothing is lost, the phone decides
select is(pg_temp.known_as('[{"kind": "phone", "value": "5511912345678"}, {"kind": "lid", "value": "222"}]'), :'ana'::uuid, 'of two known identities the first one says who it is');
select is(pg_temp.known_as('[{"kind": "lid", "value": "222"}]'), :'bruno'::uuid, 'and the other stays whose it was');
select is((select count(*)::integer from prosa.contacts c where not exists (select from prosa.contact_identities i where i.contact_id = c.id)), 0,
          'no contact is left without an identity');
select pg_temp.as_app();
select throws_ok($$ select prosa.get_or_create_contact('5511912345678') $$, '42501', 'no tenant is set', 'a contact belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
