-- Whoever runs SQL in an application's connection sets what it likes, and is in no other tenant for it. Once with the note of
-- the context, once with its seal, for servers where the note cannot be kept.
begin;
\ir lib/personas.sql
select plan(55);

select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset
select pg_temp.populate(:'sorriso', 'sorriso');
select pg_temp.populate(:'harbor', 'harbor');
select prosa.create_api_key(:'sorriso', 'website') as sorriso_key, prosa.create_api_key(:'harbor', 'website') as harbor_key,
       prosa.create_api_key(:'sorriso', 'brief', expires_at => statement_timestamp() + interval '3 seconds') as brief_key \gset
create function pg_temp.seen() returns text language sql as
$$ select coalesce(string_agg(distinct split_part(content, ' ', 1), ','), 'nothing') from prosa.messages $$;
create function pg_temp.seen_under(p_seal text) returns text language plpgsql as
$$ begin perform set_config('app.tenant_seal', p_seal, true); return pg_temp.seen(); end $$;
-- a login of an application, with everything a login has
create role zz_app login in role prosa_app;

create function pg_temp.forge(p_how text, p_own uuid, p_other uuid, p_own_key text, p_other_key text) returns setof text language plpgsql as $$
declare
    v_seal text;
begin
    set session authorization zz_app;
    perform set_config('app.tenant_id', p_other::text, true);
    return next is(pg_temp.seen(), 'nothing', p_how || ': a tenant that was only set is none');
    return next throws_ok(format('select prosa.set_tenant(%L)', p_other), '42501', null, p_how || ': nor is it chosen');

    perform prosa.authenticate(p_own_key);
    return next is(pg_temp.seen(), 'sorriso', p_how || ': a key opens its tenant');
    perform set_config('app.tenant_id', p_other::text, true);
    return next is(pg_temp.seen(), 'nothing', p_how || ': another tenant under the same seal is refused');
    return next throws_ok($q$ select prosa.get_or_create_contact('+55 11 91234-5678') $q$, '42501', 'no tenant is set', p_how || ': for writing too');
    perform set_config('app.tenant_id', p_own::text, true);
    return next is(pg_temp.seen(), 'sorriso', p_how || ': the own tenant is still open');
    perform set_config('app.tenant_id', upper(p_own::text), true);
    return next ok(pg_temp.seen() in ('nothing', 'sorriso'), p_how || ': in another spelling nothing else is');

    -- every digit of the seal
    perform prosa.authenticate(p_own_key);
    v_seal := current_setting('app.tenant_seal', true);
    if coalesce(v_seal, '') <> '' then
        return next ok((
            select bool_and(pg_temp.seen_under(overlay(v_seal placing translate(substr(v_seal, i, 1), '0123456789abcdef.', '123456789abcdef0x') from i)) = 'nothing')
              from generate_series(1, length(v_seal)) i), p_how || ': a seal with one changed character is refused');
        perform set_config('app.tenant_seal', v_seal, true);
        return next is(pg_temp.seen(), 'sorriso', p_how || ': and the right one taken');
        perform set_config('app.tenant_seal', '9999999999' || substr(v_seal, 11), true);
        return next is(pg_temp.seen(), 'nothing', p_how || ': its expiry cannot be moved');
        perform set_config('app.tenant_seal', v_seal || ' ', true);
        return next is(pg_temp.seen(), 'nothing', p_how || ': nor anything be added');
        perform prosa.authenticate(p_other_key);
        perform set_config('app.tenant_seal', v_seal, true);
        return next is(pg_temp.seen(), 'nothing', p_how || ': the seal of one tenant does not fit another');
    else
        return next throws_ok(format('set local backtrace_functions = %L', format('9999999999_prosa_%s__', replace(p_other::text, '-', '_'))), '42501', null,
                              p_how || ': the note cannot be written');
        return next throws_ok('create function pg_temp.f() returns int language sql set backtrace_functions = ''x'' as ''select 1''', '42501', null,
                              p_how || ': nor by a function');
        return next throws_ok('alter role zz_app set backtrace_functions = ''x''', '42501', null, p_how || ': nor as a default of the role');
        return next throws_ok(format('select set_config(''backtrace_functions'', current_setting(''backtrace_functions''), false)'), '42501', null,
                              p_how || ': nor for the session');
        return next throws_ok('reset backtrace_functions', '42501', null, p_how || ': nor be taken away');
        reset all;
        return next is(pg_temp.seen(), 'nothing', p_how || ': RESET ALL closes the tenant');
    end if;
    perform prosa.authenticate(p_own_key);
    perform prosa.set_tenant(null);
    perform set_config('app.tenant_id', p_own::text, true);
    return next is(pg_temp.seen(), 'nothing', p_how || ': a tenant that was closed is not opened by its id');
    -- a seal made up whole
    perform set_config('app.tenant_id', p_other::text, true);
    return next ok((
        select bool_and(pg_temp.seen_under(x) = 'nothing')
          from unnest(array['', '.', '9999999999', '9999999999.', '9999999999.' || repeat('0', 64), repeat('9', 10000), 'x',
                            '9999999999.' || encode(sha256(convert_to(p_other::text, 'UTF8')), 'hex')]) x), p_how || ': a made-up seal is refused');
    reset session authorization;
end
$$;

select * from pg_temp.forge('note', :'sorriso', :'harbor', :'sorriso_key', :'harbor_key');
savepoint noted;
select pg_temp.reset_role();
revoke set on parameter backtrace_functions from prosa_owner;
select * from pg_temp.forge('seal', :'sorriso', :'harbor', :'sorriso_key', :'harbor_key');
select is((select d.ok from prosa.doctor() d where d.check_name = 'tenant context'), false, 'doctor() says that contexts are sealed one by one');
select prosa.authenticate(:'sorriso_key') \g /dev/null
select current_setting('app.tenant_seal') as seal \gset
-- what the seal is bound to
set session authorization zz_app;
select is(pg_temp.seen(), 'sorriso', 'a seal is good in its transaction');
reset session authorization;
refresh materialized view prosa.context_secret;
set session authorization zz_app;
select is(pg_temp.seen(), 'nothing', 'and ends with the secret');
reset session authorization;
select results_eq($$ select prosa._transaction_identity() ~ ('^' || pg_backend_pid() || '/[0-9.]+/' || pg_current_xact_id() || '$') $$, array[true],
                  'it is bound to backend, start and number of the transaction');
rollback to noted;

-- a context that expired
select pg_temp.reset_role();
select prosa.authenticate(:'brief_key') \g /dev/null
set session authorization zz_app;
select is(pg_temp.seen(), 'sorriso', 'a key that expires soon opens its tenant');
select pg_sleep(3) \g /dev/null
select is(pg_temp.seen(), 'nothing', 'until it does, in the same transaction');
reset session authorization;
revoke set on parameter backtrace_functions from prosa_owner;
select prosa._open_context(:'sorriso', statement_timestamp() - interval '1 second') \g /dev/null
set session authorization zz_app;
select is(pg_temp.seen(), 'nothing', 'an expired seal is refused');
reset session authorization;
rollback to noted;

-- what an application cannot call or read
set session authorization zz_app;
select throws_ok(format('select prosa.%s', f), '42501', null, f || ' is not for applications')
  from unnest(array[format('_open_context(%L)', :'harbor'), format('_seal(%L, 9999999999)', :'harbor'), format('_is_sealed(%L)', :'harbor'), '_context_rights()',
                    format('_grant_tenant_role(%L, %L)', 'zz_app', :'harbor'), format('grant_tenant_role(%L, %L)', 'zz_app', :'harbor'),
                    format('create_api_key(%L, %L)', :'harbor', 'x'), format('_note_key_use(%L, %1$L)', :'harbor')]) f;
select throws_ok('select * from prosa.' || r, '42501', null, r || ' is not readable') from unnest(array['context_secret', 'tenant_roles', 'api_keys', 'api_key_uses']) r;
reset session authorization;

-- where applications are trusted
select prosa.set_config_value('tenant_context', '"plain"') \g /dev/null
select is((select d.ok from prosa.doctor() d where d.check_name = 'tenant context'), false, 'doctor() says that a plain setting is trusted');
set session authorization zz_app;
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'harbor', 'a plain setting counts where the operator chose so');
select lives_ok(format('select prosa.set_tenant(%L)', :'sorriso'), 'and any tenant may be chosen');
select is(pg_temp.seen(), 'sorriso', 'which then is open');
reset session authorization;
select prosa.set_config_value('tenant_context', '"sealed"') \g /dev/null
set session authorization zz_app;
set local app.tenant_id = :'harbor';
select is(pg_temp.seen(), 'nothing', 'until the operator seals it again');
reset session authorization;
select throws_ok($$ select prosa.set_config_value('tenant_context', '"open"') $$, '22023', null, 'there is no third way');
select throws_ok($$ select prosa.set_config_value('tenant_context', null) $$, '22023', null, 'nor none');

select * from finish();
rollback;
