-- receive_message(): contact, conversation and message in one call.
begin;
\ir lib/personas.sql
select plan(15);

select pg_temp.new_tenant('sorriso') as sorriso \gset
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select * from prosa.receive_message('5511912345678', 'Oi') $$, 'P0002', null, 'without an inbox nothing is received');
select prosa.create_inbox('site', 'api') as site \gset
select prosa.create_inbox('whats') as whats \gset

select conversation_id as conversation, contact_id as contact, message_id as id, message_index as index
  from prosa.receive_message('+55 11 91234-5678', 'Bom dia!', 'Ana', external_id => 'X1') \gset
select is(:'index'::bigint, 1::bigint, 'the first message makes its conversation');
select results_eq(format('select inbox_id, contact_id from prosa.conversations where id = %L', :'conversation'), format('values (%L::uuid, %L::uuid)', :'site', :'contact'), 'on the default inbox');
select is((select name from prosa.contacts where id = :'contact'), 'Ana', 'with its contact');
select results_eq(format('select role, content, sender_name, inbox_id from prosa.messages where id = %L', :'id'), format($$ values ('user', 'Bom dia!', 'Ana', %L::uuid) $$, :'site'), 'as a message of a user');
select results_eq($$ select message_index, is_duplicate from prosa.receive_message('5511912345678', 'Tudo bem?') $$, $$ values (2::bigint, false) $$, 'the next one goes on');
select is((select conversation_id from prosa.receive_message('5511912345678', 'x')), :'conversation'::uuid, 'in the same conversation');
select results_eq($$ select message_id, message_index, is_duplicate, conversation_id from prosa.receive_message('5511912345678', 'Bom dia!', external_id => 'X1') $$,
                  format('values (%L::uuid, 1::bigint, true, %L::uuid)', :'id', :'conversation'), 'a redelivery returns the first');
select isnt((select conversation_id from prosa.receive_message('5511912345678', 'x', inbox_name => 'whats')), :'conversation'::uuid, 'another inbox is another conversation');
select is((select count(*)::integer from prosa.contacts), 1, 'of the same contact');
select throws_ok($$ select * from prosa.receive_message('5511912345678', 'x', inbox_name => 'nowhere') $$, 'P0002', null, 'an inbox that does not exist is refused');
select throws_ok($$ select * from prosa.receive_message('123', 'x') $$, '22023', null, 'so is what is no phone');
select throws_ok($$ select * from prosa.receive_message('5511987654321', null) $$, '22023', null, 'and no content');
select is((select count(*)::integer from prosa.contacts), 1, 'a refused message makes no contact');
select pg_temp.as_app();
select throws_ok($$ select * from prosa.receive_message('5511912345678', 'x') $$, '42501', 'no tenant is set', 'a message belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
