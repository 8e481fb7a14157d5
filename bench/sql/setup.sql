-- One tenant with 1,000 conversations, a login of its application, and a bare copy of the messages table to compare with.
do $$
begin
    if not exists (select from pg_roles where rolname = 'prosa_bench_app') then
        create role prosa_bench_app login in role prosa_app;
    end if;
end
$$;
create schema bench;
grant usage on schema bench to prosa_bench_app;

create table bench.tenants (number integer primary key, id uuid not null, api_key text not null);
insert into bench.tenants
select t.n, t.id, prosa.create_api_key(t.id, 'bench')
  from (select n, prosa.create_tenant('bench ' || n, 'enterprise', 'bench-' || n, '{"language": "portuguese"}') as id from generate_series(1, 10) n) t;

create table bench.conversations (number integer primary key, tenant_number integer not null, tenant_id uuid not null, id uuid not null,
    inbox_id uuid not null, contact_id uuid not null, api_key text not null);
do $$
declare
    v_tenant record;
    v_inbox_id uuid;
    v_contact_id uuid;
begin
    for v_tenant in select * from bench.tenants order by number loop
        perform prosa.set_tenant(v_tenant.id);
        v_inbox_id := prosa.create_inbox('bench');
        for i in 1 .. 100 loop
            v_contact_id := prosa.get_or_create_contact((5511900000000 + i)::text);
            insert into bench.conversations
            values ((v_tenant.number - 1) * 100 + i, v_tenant.number, v_tenant.id,
                    prosa.get_or_create_conversation(v_inbox_id, v_contact_id), v_inbox_id, v_contact_id, v_tenant.api_key);
        end loop;
    end loop;
end
$$;
grant select on all tables in schema bench to prosa_bench_app;

-- months of two years in both tables, so that routing and pruning cost what they cost in use
create table bench.messages (like prosa.messages including all) partition by range (created_at);
do $$
declare
    v_month timestamptz;
begin
    set local timezone = 'UTC';
    perform set_config('role', 'prosa_owner', true);
    for v_month in select generate_series(date_trunc('month', now()) - interval '23 months', date_trunc('month', now()), '1 month') loop
        if not exists (select from pg_inherits h join pg_class c on c.oid = h.inhrelid
                        where h.inhparent = 'prosa.messages'::regclass
                          and pg_get_expr(c.relpartbound, c.oid) like format('FOR VALUES FROM (''%s%%', to_char(v_month, 'YYYY-MM-DD'))) then
            execute format('create table prosa.%I partition of prosa.messages for values from (%L) to (%L)',
                'messages_bench_' || to_char(v_month, 'YYYY_MM'), v_month, v_month + interval '1 month');
        end if;
    end loop;
    perform set_config('role', 'none', true);
    for v_month in select generate_series(date_trunc('month', now()) - interval '23 months', date_trunc('month', now()) + interval '4 months', '1 month') loop
        execute format('create table bench.%I partition of bench.messages for values from (%L) to (%L)',
            'messages_' || to_char(v_month, 'YYYY_MM'), v_month, v_month + interval '1 month');
    end loop;
end
$$;
create table bench.conversations_copy as select c.* from prosa.conversations c join bench.conversations b using (id); alter table bench.conversations_copy add primary key (tenant_id, id);
alter table bench.messages add constraint messages_conversation_id_fkey
    foreign key (tenant_id, conversation_id) references bench.conversations_copy (tenant_id, id);
