-- The key directory: who names it, who reads it, what happens when a file is missing or wrong, and rotation.
begin;
\ir lib/personas.sql
\ir lib/keys.sql
select plan(60);
select pg_temp.key_directory() as directory \gset
select pg_temp.new_tenant('sorriso') as sorriso, pg_temp.new_tenant('harbor') as harbor \gset

-- naming it
select throws_ok($$ select prosa.set_key_directory('/nowhere/keys') $$, '58P01', null, 'a directory that is not there');
select throws_ok($$ select prosa.set_key_directory('keys') $$, '22023', null, 'a relative one');
select throws_ok($$ select prosa.set_key_directory('/etc/../tmp') $$, '22023', null, 'one with a way up');
select throws_ok($$ select prosa.set_key_directory('/tmp/x; touch y') $$, '22023', null, 'one that a shell would read otherwise');
select throws_ok($$ select prosa.set_key_directory(null) $$, '22023', null, 'none');
select throws_like($$ select prosa.set_key_directory('/etc') $$, 'there is no master key in /etc', 'one without a key');
select is_empty('select * from prosa.key_store', 'nothing of this was kept');
select pg_temp.run(format('mv %1$s/seal.sec.asc %1$s/away', :'directory'));
select throws_ok(format('select prosa.set_key_directory(%L)', :'directory'), '58P01', null, 'without the key that opens what is sealed');
select pg_temp.write_file('seal.sec.asc', 'root:x:0:0');
select throws_ok(format('select prosa.set_key_directory(%L)', :'directory'), '55000', 'the file seal.sec.asc holds no key of its kind', 'with something else in its place, which is not shown');
select pg_temp.run(format('mv %1$s/away %1$s/seal.sec.asc', :'directory'));
select pg_temp.run(format('mv %1$s/seal.pub.asc %1$s/away && sed 20,22d %1$s/away >%1$s/seal.pub.asc', :'directory'));
select throws_ok(format('select prosa.set_key_directory(%L)', :'directory'), '55000', 'seal.pub.asc and seal.sec.asc are not a pair', 'with a pair that is none');
select pg_temp.run(format('mv %1$s/away %1$s/seal.pub.asc', :'directory'));
select pg_temp.write_file('master-0000000f.key', 'too short');
select pg_temp.run(format('touch -d tomorrow %s/master-0000000f.key', :'directory'));
select throws_ok(format('select prosa.set_key_directory(%L)', :'directory'), '55000', null, 'with a master key that is none');
select pg_temp.run(format('rm %s/master-0000000f.key', :'directory'));
select is(prosa.set_key_directory(:'directory'), format('keys are read from %s; the master key is 00000001', :'directory'), 'a whole one is taken');
select is(prosa.set_key_directory(:'directory'), format('keys are read from %s; the master key is 00000001', :'directory'), 'as often as it is named');
select pg_temp.as_admin();
select throws_ok(format('select prosa.set_key_directory(%L)', :'directory'), '42501', null, 'the operator cannot name another');
select throws_ok('select prosa.rotate_master_key()', '42501', null, 'or rotate the master key');
select throws_ok('select * from prosa.key_store', '42501', null, 'or see where it is');
select pg_temp.reset_role();
set local role prosa_owner;
select throws_like(format('select prosa.set_key_directory(%L)', :'directory'), 'prosa.set_key_directory() must be run by a superuser', 'not even the owner of the functions can');
select throws_like('select prosa.rotate_master_key()', 'prosa.rotate_master_key() must be run by a superuser', 'neither the one nor the other');

-- reading it
select throws_ok($$ select pg_read_file('/etc/hostname') $$, '42501', null, 'the owner of the functions reads no file');
select throws_ok($$ select pg_ls_dir('/etc') $$, '42501', null, 'and lists none');
select throws_ok($$ copy prosa.plans from '/etc/hostname' $$, '42501', null, 'nor by COPY');
select matches(prosa._read_key(:'directory', 'master-00000001.key'), '^.{44}$', 'but keys, through the one function for it');
select throws_ok($$ select prosa._read_key('/etc', 'hostname') $$, '22023', null, 'which reads nothing else');
select throws_ok($$ select prosa._read_key('/etc', 'master-00000001.key/../hostname') $$, '22023', null, 'whatever it is called');
select throws_ok($$ select prosa._read_key('/etc/../etc', 'master-00000001.key') $$, '22023', null, 'wherever it is');
select throws_ok(format($$ select prosa._read_key(%L, null) $$, :'directory'), '22023', null, 'or when it is not said');
reset role;
select pg_temp.run(format('ln -s /etc/hostname %s/master-0000000e.key', :'directory'));
select throws_ok(format($$ select prosa._read_key(%L, 'master-0000000e.key') $$, :'directory'), '55000', null, 'a link to another file gives no content away');
select pg_temp.run(format('rm %s/master-0000000e.key', :'directory'));
select results_eq($$ select p.oid::regprocedure::text from pg_proc p where p.proowner = 'prosa_keyring'::regrole $$, array['prosa._read_key(text,text)'], 'its owner owns that function alone');
select is_empty($$ select d.classid::regclass, d.objid from pg_shdepend d
    where d.refobjid = 'prosa_keyring'::regrole and d.deptype in ('a', 'o') and d.dbid in (0, (select oid from pg_database where datname = current_database()))
      and not (d.classid = 'pg_proc'::regclass and d.objid in ('prosa._read_key(text, text)'::regprocedure, 'pg_catalog.pg_read_file(text)'::regprocedure)) $$,
    'and has no right but to read files');
select is_empty($$ select m.member::regrole from pg_auth_members m where m.roleid = 'prosa_keyring'::regrole $$, 'nobody can become it');
select is_empty($$ select p.oid::regprocedure from pg_proc p join pg_roles r on r.oid = p.proowner where p.pronamespace = 'prosa'::regnamespace and p.prosecdef and r.rolsuper $$,
                'no definer function belongs to a superuser');
select is_empty($$ select r.rolname from pg_roles r where r.rolname ~ '^prosa_(owner|app|worker|admin|monitor)$'
    and (pg_has_role(r.oid, 'pg_read_server_files', 'usage') or pg_has_role(r.oid, 'pg_execute_server_program', 'usage') or has_function_privilege(r.oid, 'pg_read_file(text)', 'execute')) $$,
    'and no other role of Prosa reads files');

-- rotation
select pg_temp.with_tenant(:'sorriso', $$ select prosa.encrypt_sensitive_field('before') $$) as before \gset
select prosa.set_secret(:'sorriso', 'one', pg_temp.seal('sk-one')), prosa.set_secret(:'sorriso', 'two', pg_temp.seal('sk-two')), prosa.set_secret(:'harbor', 'one', pg_temp.seal('sk-harbor')) \g /dev/null
select ciphertext as one_before from prosa.secrets where tenant_id = :'sorriso' and name = 'one' \gset
select pg_temp.as_admin();
select is(prosa.rotate_tenant_key(:'sorriso'), 2, 'the operator gives a tenant a new key, which encrypts its secrets');
select is((select l.after from prosa.audit_log l where l.tenant_id = :'sorriso' and l.action = 'rotate_tenant_key' order by l.sequence desc limit 1), '{"secrets": 2}', 'which the audit log knows');
select throws_ok($$ select prosa.rotate_tenant_key('00000000-0000-0000-0000-000000000001') $$, 'P0002', null, 'a tenant that is not there gets none');
select pg_temp.reset_role();
select is((select count(distinct split_part(s.ciphertext, ':', 2))::integer from prosa.secrets s join prosa.data_keys d on d.tenant_id = s.tenant_id and d.key_id = split_part(s.ciphertext, ':', 2) and d.retired_at is null
            where s.tenant_id = :'sorriso'), 1, 'they are encrypted with the current one');
select isnt((select ciphertext from prosa.secrets where tenant_id = :'sorriso' and name = 'one'), :'one_before', 'anew');
select is(prosa._reveal_secret(:'sorriso', 'one') || ' ' || prosa._reveal_secret(:'sorriso', 'two'), 'sk-one sk-two', 'and are what they were');
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.decrypt_sensitive_field(%L)', :'before')), 'before', 'so is what the application keeps');

select pg_temp.write_master_key('00000002');
select prosa.rotate_master_key() as rotated \gset
select is(:'rotated', format('3 data keys are wrapped by master key 00000002 now; once this is committed and older transactions have ended, %s/master-00000001.key can be removed (backups from before need it still, and so may other databases)', :'directory'),
          'a master key that was put into the directory is taken up, and wraps every data key, retired ones too');
select results_eq('select distinct master_key_id from prosa.data_keys', array['00000002'], 'none is left with the former');
select pg_temp.run(format('mv %1$s/master-00000001.key %1$s/away', :'directory'));
select is(prosa._reveal_secret(:'sorriso', 'one') || ' ' || prosa._reveal_secret(:'harbor', 'one'), 'sk-one sk-harbor', 'secrets are read without the former''s file');
select is(pg_temp.with_tenant(:'sorriso', format('select prosa.decrypt_sensitive_field(%L)', :'before')), 'before', 'fields too');
select pg_temp.run(format('mv %1$s/away %1$s/master-00000001.key', :'directory'));

select prosa.rotate_master_key() as rotated \gset
select master_key_id as made from prosa.key_store \gset
select isnt(:'made'::text, '00000001', 'a former key is not taken up again');
select matches(prosa._read_key(:'directory', format('master-%s.key', :'made')), '^.{44}$', 'where there is no new one it is made');
create temporary table listing (line text);
select format('copy listing from program %L', format('stat -c %%a %1$s/master-%2$s.key && ls %1$s | wc -l', :'directory', :'made')) as command \gset
:command;
select results_eq('select btrim(line) from listing', array['600', '5'], 'with mode 0600, and nothing else beside it');
select is(prosa._reveal_secret(:'sorriso', 'one'), 'sk-one', 'secrets are read');
select results_eq('select former_master_key_ids from prosa.key_store', $$ values ('{00000001,00000002}'::text[]) $$, 'the former keys are known');

-- a master key that is lost
select pg_temp.run(format('mv %1$s/master-%2$s.key %1$s/away', :'directory', :'made'));
select throws_ok(format($$ select prosa._reveal_secret(%L, 'one') $$, :'sorriso'), '58P01', format('the master key %s is not in the server''s key directory', :'made'), 'without the master key nothing is read');
select throws_ok(format('select prosa.set_key_directory(%L)', :'directory'), '55000', format('the directory lacks master-%s.key, which data keys of this database are wrapped by', :'made'), 'and the directory is not taken');
select throws_ok('select prosa.rotate_master_key()', '58P01', null, 'and nothing is rotated');
select pg_temp.run(format('cp %1$s/master-00000001.key %1$s/master-%2$s.key', :'directory', :'made'));
select throws_ok(format($$ select prosa._reveal_secret(%L, 'one') $$, :'sorriso'), '22000', 'decryption failed', 'with another in its place neither');
select throws_ok('select prosa.rotate_master_key()', '39000', null, 'nor is anything rotated then');
select pg_temp.run(format('mv %1$s/away %1$s/master-%2$s.key', :'directory', :'made'));
select is(prosa._reveal_secret(:'sorriso', 'one'), 'sk-one', 'put back, everything is read');
select m.master_key_id as left_over from prosa._master_keys(:'directory') m where m.master_key_id not in ('00000001', '00000002', :'made') \gset
select prosa.rotate_master_key() \g /dev/null
select is((select master_key_id from prosa.key_store), :'left_over', 'the key that a rotation made before it failed is taken up by the next');
select pg_temp.run(format('rm %1$s/master-%2$s.key', :'directory', :'made'));
\set made :left_over

-- the directory moves
select pg_temp.run(format('mkdir -m 700 %1$s/moved && touch -d yesterday %1$s/master-00000002.key && touch -d "2 days ago" %1$s/master-00000001.key && mv %1$s/*.* %1$s/moved', :'directory'));
select throws_ok(format($$ select prosa._reveal_secret(%L, 'one') $$, :'sorriso'), '58P01', null, 'keys that were moved are not found');
select is(prosa.set_key_directory(:'directory' || '/moved'), format('keys are read from %s/moved; the master key is %s', :'directory', :'made'), 'until it is said where they are; the one in use stays');
select is(prosa._reveal_secret(:'sorriso', 'one'), 'sk-one', 'and all is as before');
delete from prosa.key_store;
select is(prosa.set_key_directory(:'directory' || '/moved'), format('keys are read from %s/moved; the master key is %s', :'directory', :'made'), 'of several that were never used the newest is taken');
select results_eq('select former_master_key_ids from prosa.key_store', $$ values ('{00000002,00000001}'::text[]) $$, 'the others are not taken up later');

select pg_temp.remove_keys();
select * from finish();
rollback;
