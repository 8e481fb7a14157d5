-- API keys: what they open, when they stop, and that only their hash is kept.
begin;
\ir lib/personas.sql
select plan(48);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.new_inbox(:'sorriso', 'recepcao') as inbox, pg_temp.new_inbox(:'harbor', 'desk') as harbor_inbox \gset

select pg_temp.as_admin();
select prosa.create_api_key(:'sorriso', 'website') as key, prosa.create_api_key(:'sorriso', 'recepcao', '{webhook}', inbox_id => :'inbox') as token,
       prosa.create_api_key(:'sorriso', 'both', '{api,webhook}', inbox_id => :'inbox') as both_key,
       prosa.create_api_key(:'sorriso', 'short', expires_at => now() - interval '1 second') as expired,
       prosa.create_api_key(:'sorriso', 'long', expires_at => now() + interval '1 day') as unexpired,
       prosa.create_api_key(:'harbor', 'website') as harbor_key \gset

select matches(:'key'::text, '^prosa_' || replace(:'sorriso', '-', '') || '_[0-9a-f]{64}$', 'a key names its tenant and holds 256 random bits');
select isnt(right(:'key', 64), right(:'token', 64), 'no two keys are alike');

-- what it opens
select pg_temp.as_app();
select results_eq(format('select * from prosa.authenticate(%L)', :'key'), format('values (%L::uuid, null::uuid, null::text)', :'sorriso'),
                  'a key gives its tenant');
select is(prosa.current_tenant_id(), :'sorriso'::uuid, 'which is then the current one');
select is((select count(*)::integer from prosa.inboxes), 1, 'and sees its own');
select results_eq(format('select * from prosa.authenticate(%L, ''webhook'')', :'token'), format('values (%L::uuid, %L::uuid, ''recepcao'')', :'sorriso', :'inbox'),
                  'a webhook key gives its inbox too');
select lives_ok(format('select prosa.authenticate(%L, ''api''), prosa.authenticate(%1$L, ''webhook'')', :'both_key'), 'a key may have both scopes');
select lives_ok(format('select prosa.authenticate(%L)', :'unexpired'), 'a key that expires tomorrow is good today');
select is((select tenant_id from prosa.authenticate(:'harbor_key')), :'harbor'::uuid, 'the other tenant''s key gives the other tenant');

-- what it does not: one message for every reason
select pg_temp.as_app();
create function pg_temp.refused(p_key text, p_scope text, p_why text) returns setof text language sql as
$$ select throws_ok(format('select * from prosa.authenticate(%L, %L)', p_key, p_scope), '28000', 'the key is not valid', p_why) $$;
select pg_temp.refused(:'key', 'webhook', 'an api key is no webhook key');
select pg_temp.refused(:'token', 'api', 'a webhook key is no api key');
select pg_temp.refused(:'key', 'admin', 'a scope that does not exist opens nothing');
select pg_temp.refused(:'key', null, 'nor does no scope');
select pg_temp.refused(:'expired', 'api', 'an expired key is refused');
select pg_temp.refused(left(:'key', -1) || translate(right(:'key', 1), '0123456789abcdef', '123456789abcdef0'), 'api', 'one wrong digit is refused');
select pg_temp.refused(upper(:'key'), 'api', 'another case is refused');
select pg_temp.refused(:'key' || ' ', 'api', 'a key is taken as it is');
select pg_temp.refused('', 'api', 'an empty key is refused');
select pg_temp.refused(null, 'api', 'so is none');
select pg_temp.refused('prosa_x_y', 'api', 'so is nonsense');
-- the secret of one tenant under the name of another
select pg_temp.refused('prosa_' || replace(:'harbor', '-', '') || right(:'key', 65), 'api', 'a secret is good for its own tenant only');
select is(prosa.current_tenant_id(), null, 'a refused key sets no tenant');

-- only the hash is kept
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.api_keys k where to_jsonb(k)::text like '%' || right(:'key', 64) || '%'), 0, 'the secret is nowhere in the table');
select is((select key_hash from prosa.api_keys where tenant_id = :'sorriso' and name = 'website'), sha256(convert_to(right(:'key', 64), 'UTF8')),
          'its SHA-256 is');

-- listing and revoking
select pg_temp.as_admin();
select set_eq(format('select name from prosa.list_api_keys(%L)', :'sorriso'), array['website', 'recepcao', 'both', 'short', 'long'], 'the operator lists a tenant''s keys');
select is((select count(distinct tenant_id)::integer from prosa.list_api_keys() where tenant_id in (:'sorriso', :'harbor')), 2, 'or all');
select id as key_id from prosa.list_api_keys(:'sorriso') where name = 'website' \gset
select throws_ok(format('select prosa.revoke_api_key(%L, %L)', :'harbor', :'key_id'), 'P0002', null, 'a key is not revoked through another tenant');
select lives_ok(format('select prosa.revoke_api_key(%L, %L)', :'sorriso', :'key_id'), 'a key is revoked');
select pg_temp.as_app();
select pg_temp.refused(:'key', 'api', 'and refused from then on');
select pg_temp.as_admin();
select lives_ok(format('select prosa.revoke_api_key(%L, %L)', :'sorriso', :'key_id'), 'revoking it again does nothing');

-- when it was used
select pg_temp.reset_role();
select is((select last_used_at from prosa.list_api_keys(:'sorriso') where name = 'recepcao'), now(), 'the use of a key is noted');
select is((select last_used_at from prosa.list_api_keys(:'sorriso') where name = 'short'), null, 'a key that was never good was never used');
update prosa.api_key_uses u set last_used_at = now() - interval '4 minutes' from prosa.api_keys k where u.tenant_id = k.tenant_id and u.key_id = k.id and k.name = 'long';
select count(*) from prosa.authenticate(:'unexpired') \g /dev/null
select is((select last_used_at from prosa.list_api_keys(:'sorriso') where name = 'long'), now() - interval '4 minutes', 'every five minutes');
update prosa.api_key_uses set last_used_at = now() - interval '6 minutes';
select count(*) from prosa.authenticate(:'unexpired') \g /dev/null
select is((select last_used_at from prosa.list_api_keys(:'sorriso') where name = 'long'), now(), 'or after');

-- rotation
select pg_temp.as_admin();
select id as long_id from prosa.list_api_keys(:'sorriso') where name = 'long' \gset
select prosa.rotate_api_key(:'sorriso', :'long_id', '1 hour') as rotated \gset
select isnt(:'rotated'::text, :'unexpired'::text, 'a rotated key is another one');
select results_eq(format('select count(*)::integer, bool_or(expires_at = now() + interval ''1 hour''), bool_or(expires_at is null) from prosa.list_api_keys(%L) where name = ''long''', :'sorriso'),
                  'values (2, true, true)', 'of the same name, beside the old one, which ends after the overlap');
select lives_ok(format('select prosa.authenticate(%L), prosa.authenticate(%L)', :'rotated', :'unexpired'), 'until then both are good');
select id as both_id from prosa.list_api_keys(:'sorriso') where name = 'both' \gset
select prosa.rotate_api_key(:'sorriso', :'both_id') as rotated_both \gset
select lives_ok(format('select prosa.authenticate(%L, ''webhook'')', :'rotated_both'), 'it has the scopes and the inbox of the old one');
select pg_temp.refused(:'both_key', 'api', 'which without an overlap is refused at once');
select throws_ok(format('select prosa.rotate_api_key(%L, %L)', :'sorriso', :'key_id'), 'P0002', null, 'a revoked key is not rotated');
select throws_ok(format('select prosa.rotate_api_key(%L, %L)', :'harbor', :'long_id'), 'P0002', null, 'nor is one through another tenant');
select throws_ok(format('select prosa.rotate_api_key(%L, %L, ''-1 day'')', :'sorriso', :'long_id'), '22023', null, 'nor backwards');
select pg_temp.as_app();
select throws_ok(format('select prosa.rotate_api_key(%L, %L)', :'sorriso', :'long_id'), '42501', null, 'an application rotates none');
select pg_temp.as_admin();

-- what cannot be a key
select throws_ok($$ select prosa.create_api_key('00000000-0000-0000-0000-000000000001', 'x') $$, 'P0002', null, 'no key without its tenant');
select throws_ok(format($$ select prosa.create_api_key(%L, 'x', '{webhook}') $$, :'sorriso'), '23514', null, 'a webhook key needs its inbox');
select throws_ok(format($$ select prosa.create_api_key(%L, 'x', '{webhook}', inbox_id => %L) $$, :'sorriso', :'harbor_inbox'), '23503', null, 'of its own tenant');
select throws_ok(format($$ select prosa.create_api_key(%L, 'x', '{root}') $$, :'sorriso'), '23514', null, 'scopes are api and webhook');
select throws_ok(format($$ select prosa.create_api_key(%L, 'x', '{}') $$, :'sorriso'), '23514', null, 'at least one');

select pg_temp.reset_role();
select * from finish();
rollback;
