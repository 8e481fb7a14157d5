-- encrypt_sensitive_field() and decrypt_sensitive_field(): what a tenant encrypts, that tenant decrypts, unaltered, and nobody else.
begin;
\ir lib/personas.sql
select plan(53);
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset

-- without keys
savepoint no_keys;
delete from prosa.key_store;
select pg_temp.as_app(:'sorriso');
select throws_ok($$ select prosa.encrypt_sensitive_field('x') $$, '55000', 'no key directory is configured', 'without keys it says so');
select throws_ok($$ select prosa.decrypt_sensitive_field('v1:00000000:AAAA') $$, '55000', null, 'both ways');
select throws_ok($$ select prosa.public_key() $$, '55000', null, 'and there is no public key');
select is(prosa.encrypt_sensitive_field(null), null, 'null needs no key');
select lives_ok($$ select prosa.create_inbox('i'), prosa.provider_config('chat') $$, 'the rest of Prosa does not need them');
rollback to no_keys;

select pg_temp.reset_role();
\ir lib/keys.sql
select prosa.set_key_directory(pg_temp.key_directory()) \g /dev/null

-- there and back
select pg_temp.as_app(:'sorriso');
create function pg_temp.round_trip(p_text text) returns text language sql as
$$ select prosa.decrypt_sensitive_field(prosa.encrypt_sensitive_field(p_text)) $$;
select is(pg_temp.round_trip('390.533.447-05'), '390.533.447-05', 'a CPF comes back');
select is(pg_temp.round_trip(null), null, 'null gives null');
select is(pg_temp.round_trip(''), '', 'an empty text is a text');
select is(pg_temp.round_trip(E'é 🙂 \n\t "quoted" \\ '), E'é 🙂 \n\t "quoted" \\ ', 'so is any other');
select ok(pg_temp.round_trip(repeat('ação ', 100000)) = repeat('ação ', 100000), 'and half a million characters');
select ok(prosa.encrypt_sensitive_field('same') <> prosa.encrypt_sensitive_field('same'), 'the same text gives another ciphertext each time');
select matches(prosa.encrypt_sensitive_field('x'), '^v1:[0-9a-f]{8}:[A-Za-z0-9+/]+=*$', 'a ciphertext names its format and its key, on one line');
select is(prosa.decrypt_sensitive_field(prosa.encrypt_sensitive_field('x', 'customers.cpf'), 'customers.cpf'), 'x', 'it may be bound to a field');
select is(prosa.decrypt_sensitive_field(null, 'customers.cpf'), null, 'null of a field is null');

-- every other way fails, and says the same
create function pg_temp.outcome(p_ciphertext text, p_field text default '') returns text language plpgsql as $$
begin
    return 'decrypted: ' || prosa.decrypt_sensitive_field(p_ciphertext, p_field);
exception when others then
    return format('%s %s', sqlstate, sqlerrm);
end
$$;
select prosa.encrypt_sensitive_field('390.533.447-05', 'customers.cpf') as cpf, prosa.encrypt_sensitive_field('390.533.447-05') as plain \gset
select is(pg_temp.outcome(:'cpf', 'customers.cpf'), 'decrypted: 390.533.447-05', 'the ciphertext is whole');
select is(pg_temp.outcome(:'cpf', 'customers.name'), '22000 decryption failed', 'moved to another field it does not decrypt');
select is(pg_temp.outcome(:'cpf'), '22000 decryption failed', 'nor without its field');
select is(pg_temp.outcome(:'plain', 'customers.cpf'), '22000 decryption failed', 'nor with a field that it never had');
select is_empty(format($$
    select i, pg_temp.outcome(altered, 'customers.cpf')
      from (select i, overlay(%1$L placing case substr(%1$L, i, 1) when 'A' then 'B' else 'A' end from i for 1) as altered
              from generate_series(1, length(%1$L)) i) x
     where pg_temp.outcome(altered, 'customers.cpf') not in ('22000 decryption failed', 'decrypted: 390.533.447-05')
        or pg_temp.outcome(altered, 'customers.cpf') like 'decrypted%%' and i < length(%1$L) - 3 $$, :'cpf'),
    'no character of it can be altered (but the bits of the last that base64 does not use)');
select is_empty(format($$
    select i, pg_temp.outcome(left(%1$L, i), 'customers.cpf') from generate_series(0, length(%1$L) - 1) i
     where pg_temp.outcome(left(%1$L, i), 'customers.cpf') <> '22000 decryption failed' $$, rtrim(:'cpf', '=')), 'nor cut off anywhere');
select is(pg_temp.outcome(''), '22000 decryption failed', 'an empty text is no ciphertext');
select is(pg_temp.outcome('390.533.447-05'), '22000 decryption failed', 'nor is a plain one');
select is(pg_temp.outcome(replace(:'plain', 'v1:', 'v2:')), '22000 decryption failed', 'nor one of a format that is not known');
select is(pg_temp.outcome(regexp_replace(:'plain', ':.*:', ':00000000:')), '22000 decryption failed', 'nor one of a key that is not there');
select is(pg_temp.outcome('v1:' || split_part(:'plain', ':', 2) || ':'), '22000 decryption failed', 'nor one of nothing');
select is(pg_temp.outcome('v1:' || split_part(:'plain', ':', 2) || ':!'), '22000 decryption failed', 'nor one of what is not base64');
select is(pg_temp.outcome('v1:' || split_part(:'plain', ':', 2) || ':' || repeat('A', 400)), '22000 decryption failed', 'nor one of zeros');
select throws_like(format('select prosa.decrypt_sensitive_field(%L)', 'v1:00000000:390.533.447-05'), 'decryption failed', 'what failed is not repeated');

-- OpenPGP can be downgraded to a packet without a check of its own: the binding holds all the same. This key is known here only.
select pg_temp.reset_role();
select d.key_id, prosa._data_key(d.tenant_id, d.key_id) as data_key from prosa.data_keys d where d.tenant_id = :'sorriso' \gset
select format('v1:%s:%s', :'key_id', replace(encode(pgp_sym_encrypt_bytea('\x3339302e3533332e3434372d3035', :'data_key', 'cipher-algo=aes256, disable-mdc=1'), 'base64'), E'\n', '')) as unchecked,
       format('v1:%s:%s', :'key_id', replace(encode(pgp_sym_encrypt_bytea(
              prosa._binding(:'sorriso', 'field ', 'right', :'data_key') || 'wrong'::bytea, :'data_key', 'cipher-algo=aes256, disable-mdc=1'), 'base64'), E'\n', '')) as swapped,
       format('v1:%s:%s', :'key_id', replace(encode(pgp_sym_encrypt_bytea(
              prosa._binding(:'sorriso', 'field ', '\xff', :'data_key') || '\xff'::bytea, :'data_key'), 'base64'), E'\n', '')) as no_text \gset
select pg_temp.as_app(:'sorriso');
select is(pg_temp.outcome(:'unchecked'), '22000 decryption failed', 'a message of the right key without a binding is refused');
select is(pg_temp.outcome(:'swapped'), '22000 decryption failed', 'one with the binding of another text');
select is(pg_temp.outcome(:'no_text'), '22000 decryption failed', 'and one that holds no text');

select pg_temp.reset_role();
select isnt(prosa._binding(:'sorriso', 'field a', 'bc', :'data_key'), prosa._binding(:'sorriso', 'field ab', 'c', :'data_key'), 'where a field ends and its text begins is part of the binding');

-- another tenant
select pg_temp.as_app(:'harbor');
select is(pg_temp.outcome(:'plain'), '22000 decryption failed', 'another tenant cannot decrypt it');
select lives_ok($$ select prosa.encrypt_sensitive_field('x') $$, 'it has a key of its own');
select is(pg_temp.outcome(:'plain'), '22000 decryption failed', 'and cannot with that either');
select pg_temp.reset_role();
update prosa.data_keys d set key_id = :'key_id', wrapped_key = (select s.wrapped_key from prosa.data_keys s where s.tenant_id = :'sorriso') where d.tenant_id = :'harbor';
select pg_temp.as_app(:'harbor');
select is(pg_temp.outcome(:'plain'), '22000 decryption failed', 'not even with the first tenant''s key in its place');
select pg_temp.as_app();
select throws_ok($$ select prosa.encrypt_sensitive_field('x') $$, '42501', 'no tenant is set', 'without a tenant nothing is encrypted');
select throws_ok(format('select prosa.decrypt_sensitive_field(%L)', :'plain'), '42501', 'no tenant is set', 'or decrypted');
select pg_temp.as_worker();
select throws_ok($$ select prosa.encrypt_sensitive_field('x') $$, '42501', null, 'the worker has no use for it');

-- keys
select pg_temp.reset_role();
select is((select count(*)::integer from prosa.data_keys where tenant_id = :'sorriso' and retired_at is null), 1, 'a tenant has one current key, made at the first use');
select ok((select count(distinct key_id) = count(*) and bool_and(octet_length(wrapped_key) > 64) from prosa.data_keys where tenant_id = :'sorriso'), 'which is stored wrapped');
select is(prosa.rotate_tenant_key(:'sorriso'), 0, 'its key is replaced');
select pg_temp.as_app(:'sorriso');
select is(pg_temp.outcome(:'plain'), 'decrypted: 390.533.447-05', 'what the former key encrypted still decrypts');
select isnt(split_part(prosa.encrypt_sensitive_field('x'), ':', 2), :'key_id', 'and a new one encrypts');
select pg_temp.reset_role();
update prosa.data_keys set wrapped_key = set_byte(wrapped_key, 60, (get_byte(wrapped_key, 60) + 1) % 256) where tenant_id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select is(pg_temp.outcome(:'plain'), '22000 decryption failed', 'a damaged key decrypts nothing');
select throws_ok($$ select prosa.encrypt_sensitive_field('390.533.447-05') $$, '22000', 'encryption failed', 'and encrypts nothing');
select pg_temp.reset_role();
delete from prosa.data_keys where tenant_id = :'sorriso';
select pg_temp.as_app(:'sorriso');
select is(pg_temp.outcome(:'plain'), '22000 decryption failed', 'without its keys a tenant''s ciphertexts are gone');
select lives_ok($$ select prosa.encrypt_sensitive_field('x') $$, 'and it begins anew');
select pg_temp.reset_role();
delete from prosa.tenants where id = :'sorriso';
select is_empty(format('select * from prosa.data_keys where tenant_id = %L', :'sorriso'), 'the keys of a tenant go with it');

-- what only the server may do
select pg_temp.as_app(:'harbor');
select is_empty($$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'prosa'::regnamespace and has_function_privilege(p.oid, 'execute')
    and p.proname in ('_read_key', '_data_key', '_encrypt', '_decrypt', '_unseal', '_reveal_secret', '_wrap_key', '_new_data_key', '_current_key_id', '_key_directory',
                      '_keep_secret', '_master_keys', '_make_master_key', '_rewrap_data_keys', 'set_secret', 'list_secrets', 'delete_secret', 'rotate_tenant_key',
                      'rotate_master_key', 'set_key_directory') $$, 'an application may call none of the functions beneath');
select throws_ok($$ select * from prosa.data_keys $$, '42501', null, 'and read no keys');
select throws_ok($$ select * from prosa.secrets $$, '42501', null, 'no secrets');
select throws_ok($$ select * from prosa.key_store $$, '42501', null, 'nor where the keys are');

select pg_temp.reset_role();
select pg_temp.remove_keys();
select * from finish();
rollback;
