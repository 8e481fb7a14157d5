-- Conversations: at most one of a contact on an inbox is open.
begin;
\ir lib/personas.sql
select plan(15);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_inbox(:'sorriso', 'one') as one, pg_temp.new_inbox(:'sorriso', 'two') as two, pg_temp.new_contact(:'sorriso') as ana,
       pg_temp.new_contact(:'sorriso', '5511900000000') as bruno, pg_temp.new_inbox(:'harbor') as harbor_inbox, pg_temp.new_contact(:'harbor') as harbor_contact \gset

select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'one', :'ana') as first \gset
select is(prosa.get_or_create_conversation(:'one', :'ana'), :'first'::uuid, 'the open conversation is found again');
select results_eq(format('select status::text, followup_stage::integer, last_message_index from prosa.conversations where id = %L', :'first'),
                  $$ values ('active', 0, 0::bigint) $$, 'it begins active, at stage 0, without messages');
select isnt(prosa.get_or_create_conversation(:'two', :'ana'), :'first'::uuid, 'another inbox is another conversation');
select isnt(prosa.get_or_create_conversation(:'one', :'bruno'), :'first'::uuid, 'so is another contact');

select pg_temp.reset_role();
update prosa.conversations set status = 'paused' where id = :'first';
select pg_temp.as_app(:'sorriso');
select is(prosa.get_or_create_conversation(:'one', :'ana'), :'first'::uuid, 'a paused conversation is open still');
select pg_temp.reset_role();
update prosa.conversations set status = 'finished' where id = :'first';
select pg_temp.as_app(:'sorriso');
select prosa.get_or_create_conversation(:'one', :'ana') as second \gset
select isnt(:'second'::uuid, :'first', 'after a finished one there is a new one');
select is(prosa.get_or_create_conversation(:'one', :'ana'), :'second'::uuid, 'which is then the open one');
select is((select count(*)::integer from prosa.conversations where contact_id = :'ana' and inbox_id = :'one'), 2, 'the finished one stays');

select pg_temp.reset_role();
select throws_ok(format($$ update prosa.conversations set status = 'active' where id = %L $$, :'first'), '23505', null, 'two open ones are refused by the table itself');
select throws_ok(format($$ update prosa.conversations set followup_stage = 6 where id = %L $$, :'first'), '23514', null, 'stages go to 5');
select throws_ok(format($$ update prosa.conversations set lead_score = 101 where id = %L $$, :'first'), '23514', null, 'lead scores to 100');

select pg_temp.as_app(:'sorriso');
select throws_ok(format('select prosa.get_or_create_conversation(%L, %L)', :'harbor_inbox', :'ana'), '23503', null, 'an inbox of another tenant is refused');
select throws_ok(format('select prosa.get_or_create_conversation(%L, %L)', :'one', :'harbor_contact'), '23503', null, 'so is a contact of another tenant');
select throws_ok(format('select prosa.get_or_create_conversation(null, %L)', :'ana'), '23503', null, 'so is no inbox');
select pg_temp.as_app();
select throws_ok(format('select prosa.get_or_create_conversation(%L, %L)', :'one', :'ana'), '42501', 'no tenant is set', 'a conversation belongs to a tenant');

select pg_temp.reset_role();
select * from finish();
rollback;
