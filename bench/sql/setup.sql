-- Ten tenants with two inboxes and 100 conversations each, an eleventh with 1,000 conversations on one inbox, a login of their
-- applications, and a bare copy of the messages table to compare with: the same columns, constraints, indexes and months, a
-- foreign key to a copy of the conversations.
do $$
begin
    if not exists (select from pg_roles where rolname = 'prosa_bench_app') then
        create role prosa_bench_app login in role prosa_app;
    end if;
    if not exists (select from pg_roles where rolname = 'prosa_bench_bound') then
        create role prosa_bench_bound login in role prosa_app;
    end if;
end
$$;
create schema bench;
grant usage on schema bench to prosa_bench_app, prosa_bench_bound;

create table bench.tenants (number integer primary key, id uuid not null, api_key text not null);
insert into bench.tenants
select t.n, t.id, prosa.create_api_key(t.id, 'bench')
  from (select n, prosa.create_tenant('bench ' || n, 'enterprise', 'bench-' || n, '{"language": "portuguese"}') as id from generate_series(1, 11) n) t;

-- conversations 1 to 50 are on the first inbox of the first tenant, 51 to 100 on its second, and so on; 1,001 to 2,000 are on one
create table bench.conversations (number integer primary key, tenant_number integer not null, tenant_id uuid not null, id uuid not null,
    inbox_id uuid not null, contact_id uuid not null, api_key text not null);
do $$
declare
    v_tenant record;
    v_inboxes uuid[];
begin
    for v_tenant in select * from bench.tenants order by number loop
        perform prosa.set_tenant(v_tenant.id);
        v_inboxes := array[prosa.create_inbox('front'), prosa.create_inbox('back')];
        insert into bench.conversations
        select (v_tenant.number - 1) * 100 + i, v_tenant.number, v_tenant.id,
               -- ids that a script of pgbench can name without asking for them
               ('00000000-0000-4000-8000-' || 100000000000 + (v_tenant.number - 1) * 100 + i)::uuid,
               v_inboxes[case v_tenant.number when 11 then 1 else 1 + (i - 1) / 50 end],
               prosa.get_or_create_contact((5511900000000 + i)::text), v_tenant.api_key
          from generate_series(1, case v_tenant.number when 11 then 1000 else 100 end) i;
    end loop;
end
$$;
insert into prosa.conversations (tenant_id, id, inbox_id, contact_id, language) select tenant_id, id, inbox_id, contact_id, 'portuguese' from bench.conversations;

-- what people write to a shop: a word, a sentence, a paragraph
create table bench.texts (number integer primary key, sender text not null, content text not null);
insert into bench.texts values
    (1, 'Ana', 'Bom dia!'),
    (2, 'Marcos Vinícius', 'Quanto custa a limpeza?'),
    (3, 'Dona Lúcia', 'Vocês têm horário na quinta-feira à tarde, depois das três?'),
    (4, 'João Pedro', 'Gostaria de saber o preço do clareamento e se dá para parcelar em até seis vezes no cartão.'),
    (5, 'Clínica Sorriso', 'Claro! O clareamento custa R$ 890 à vista, ou seis parcelas de R$ 160 sem juros no cartão. A avaliação é gratuita e leva '
        'cerca de meia hora.'),
    (6, 'Ana Beatriz', 'Então, eu tinha marcado para amanhã às 10h mas surgiu uma reunião no trabalho. Será que consigo remarcar para a semana que vem? '
        'Pode ser segunda ou terça, de manhã cedo.'),
    (7, 'Atendente Rafaela', 'Sem problemas, Ana. Na segunda-feira temos 8h30 e 9h15, e na terça somente 11h. Qual fica melhor para você? Lembrando que '
        'a consulta dura quarenta minutos e que o estacionamento do prédio é gratuito para pacientes durante a primeira hora.'),
    (8, 'Sr. Antônio', 'Boa tarde, minha esposa fez um tratamento de canal com o doutor Henrique no mês passado e continua sentindo dor quando mastiga do '
        'lado esquerdo, principalmente coisas geladas. Ela já tomou o antibiótico que ele receitou e melhorou por uns dias, mas ontem voltou. '
        'Precisamos saber se é normal, se ela deve voltar ao consultório ainda esta semana, e se o retorno é cobrado ou está incluído no que '
        'já pagamos. Obrigado pela atenção, aguardo uma resposta.');

-- a CALL takes no query for a parameter
create procedure bench.commit_message(p_number integer, p_text integer, p_external text) language plpgsql as $$
declare
    v record;
    v_id uuid;
    v_at timestamptz;
    v_index bigint;
    v_is_duplicate boolean;
begin
    select c.id, c.api_key, t.content, t.sender into v from bench.conversations c, bench.texts t where c.number = p_number and t.number = p_text;
    call prosa.commit_message(v.id, 'user', v.content, p_external, input_tokens => length(v.content) / 4, sender_name => v.sender, api_key => v.api_key,
                              message_id => v_id, message_created_at => v_at, message_index => v_index, is_duplicate => v_is_duplicate);
end
$$;

-- months of two years in both tables, so that routing and pruning cost what they cost in use
create function bench.month(p_month timestamptz) returns void language plpgsql as $$
declare
    v_partman text := (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_partman');
begin
    -- whoever makes a month owns it
    perform set_config('role', 'prosa_owner', true);
    execute format('select %I.create_partition_time(%L, array[%L::timestamptz])', v_partman, 'prosa.messages', p_month);
    perform set_config('role', 'none', true);
end
$$;
create table bench.conversations_copy (like prosa.conversations including all);
insert into bench.conversations_copy select * from prosa.conversations;
create table bench.messages (like prosa.messages including all) partition by range (created_at);
alter table bench.messages add constraint messages_conversation_id_fkey
    foreign key (tenant_id, conversation_id) references bench.conversations_copy (tenant_id, id);
do $$
declare
    v_month timestamptz;
begin
    set local timezone = 'UTC';
    for v_month in select generate_series(date_trunc('month', now()) - interval '23 months', date_trunc('month', now()) + interval '4 months', '1 month') loop
        if v_month <= now() then
            perform bench.month(v_month);
        end if;
        execute format('create table bench.%I partition of bench.messages for values from (%L) to (%L)',
            'messages_' || to_char(v_month, 'YYYY_MM'), v_month, v_month + interval '1 month');
    end loop;
end
$$;

-- Days and inboxes whose consumption is not the sum of their messages.
create function bench.wrong_totals() returns bigint language sql as $$
    select count(*)
      from (select c.inbox_id, c.day, sum(c.messages_in) as messages_in, sum(c.messages_out) as messages_out, sum(c.input_tokens) as input_tokens,
                   sum(c.output_tokens) as output_tokens
              from prosa.consumption_inbox_daily c group by 1, 2) c
      full join (select m.inbox_id, (m.created_at at time zone 'UTC')::date as day, count(*) filter (where m.role = 'user') as messages_in,
                        count(*) filter (where m.role in ('assistant', 'operator')) as messages_out, sum(m.input_tokens) as input_tokens,
                        sum(m.output_tokens) as output_tokens
                   from prosa.messages m group by 1, 2) m using (inbox_id, day)
     where (c.messages_in, c.messages_out, c.input_tokens, c.output_tokens) is distinct from (m.messages_in, m.messages_out, m.input_tokens, m.output_tokens)
$$;
-- Messages that share their index with another of the conversation, or leave a gap before it.
create function bench.wrong_indexes() returns bigint language sql as $$
    select coalesce(sum(c.count - c.different + abs(c.last - c.count)), 0)::bigint
      from (select count(*) as count, count(distinct m.message_index) as different, greatest(max(m.message_index), max(c.last_message_index)) as last
              from prosa.messages m join prosa.conversations c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
             group by m.conversation_id) c
$$;
create procedure bench.settle() language plpgsql as $$
begin
    while prosa._settle_messages() > 0 loop
        commit;
    end loop;
end
$$;
create procedure bench.empty() language plpgsql as $$
begin
    truncate prosa.messages, prosa.message_outbox, prosa.message_ledger, prosa.usage_daily, prosa.embedding_queue, bench.messages cascade;
    update prosa.conversations set last_message_index = 0, last_message_at = null, last_role = null, unread_count = 0, unanswered_count = 0;
end
$$;
grant select on all tables in schema bench to prosa_bench_app, prosa_bench_bound;
vacuum analyze bench.conversations;
vacuum analyze bench.texts;
