-- Vectors of 384 dimensions in clusters: a centre and three times as much noise, each drawn from a pool. Tenant 0 has :large of them,
-- tenants 1 to :tenants have 1,000 each; every fifth is a memory, and each tenant has twenty contacts. A thousand queries of the
-- same kind, which are not among them.
create function bench.direction() returns vector language sql volatile as
$$ select array_agg((random() + random() + random() + random() - 2)::real)::vector from generate_series(1, 384) $$;
create table bench.pool (number integer primary key, embedding vector(384) not null);
insert into bench.pool select n, bench.direction() from generate_series(1, 3000 + 0 * :large) n;
create function bench.clustered(p_count integer) returns table (i integer, embedding vector) language sql volatile rows 1000 as $$
    select r.i, l2_normalize(c.embedding + x.embedding + y.embedding + z.embedding)
      from (select i, 1 + floor(random() * 1000)::integer as c, 1001 + floor(random() * 2000)::integer as x,
                   1001 + floor(random() * 2000)::integer as y, 1001 + floor(random() * 2000)::integer as z from generate_series(1, p_count) i) r
      join bench.pool c on c.number = r.c join bench.pool x on x.number = r.x join bench.pool y on y.number = r.y join bench.pool z on z.number = r.z
$$;
create table bench.vector_queries as select i as number, embedding::vector(384) as embedding, embedding::halfvec(384) as half from bench.clustered(1000);
alter table bench.vector_queries add primary key (number);

set session_replication_role = replica;
create table bench.vector_spaces as
select n as number, gen_random_uuid() as tenant_id, gen_random_uuid() as space_id from generate_series(0, :tenants) n;
alter table bench.vector_spaces add primary key (number);
insert into prosa.tenants (id, name, plan, slug) select v.tenant_id, 'vectors ' || v.number, 'enterprise', 'vectors-' || v.number from bench.vector_spaces v;
insert into prosa.embedding_spaces (tenant_id, id, model, dimensions) select v.tenant_id, v.space_id, 'bench', 384 from bench.vector_spaces v;
insert into prosa.embeddings (tenant_id, space_id, kind, item_id, item_created_at, contact_id, embedding)
select v.tenant_id, v.space_id, case when c.i % 5 = 0 then 'memory' else 'message' end, gen_random_uuid(), now() - c.i * interval '1 minute',
       ('00000000-0000-4000-8000-' || 100000000000 + c.i::bigint * 7919 % 20)::uuid, c.embedding
  from bench.clustered(:large + :tenants * 1000) c
  -- not one tenant after another: as vectors of many tenants arrive
  join bench.vector_spaces v on v.number = case when c.i <= :large then 0 else 1 + (c.i % :tenants) end
 order by random();
reset session_replication_role;
vacuum analyze prosa.embeddings_shared;
analyze bench.vector_spaces;
analyze bench.vector_queries;
create view bench.vectors_of as
select v.number, v.tenant_id, v.space_id, s.segment_id, s.placement, format('prosa.%I', prosa._segment_table(s.segment_id)) as segment
  from bench.vector_spaces v join prosa.embedding_spaces s on s.id = v.space_id;

-- mean recall@10 of p_tenants against comparing all vectors
create function bench.recall(p_first integer, p_last integer, p_queries integer) returns float8 language plpgsql as $$
declare
    v_query record;
    v_space record;
    v_exact uuid[];
    v_sum bigint := 0;
begin
    for v_query in select q.number, q.embedding from bench.vector_queries q order by q.number limit p_queries loop
        select * into v_space from bench.vectors_of v where v.number = p_first + v_query.number % (p_last - p_first + 1);
        execute format('select array_agg(x.item_id) from (select e.item_id from %s e where e.space_id = $1 order by e.embedding <=> $2 limit 10) x', v_space.segment)
           into v_exact using v_space.space_id, v_query.embedding;
        v_sum := v_sum + (select count(*) from prosa._nearest(v_space.tenant_id, v_space.space_id, '{message,memory}', v_query.embedding, 10) n where n.item_id = any (v_exact));
    end loop;
    return v_sum / 10.0 / p_queries;
end
$$;

-- how many of p_count queries with random limits and filters got another number of rows than there are
create function bench.short_answers(p_count integer) returns integer language plpgsql as $$
declare
    v_space record;
    v_query vector;
    v_limit integer;
    v_kinds text[];
    v_contact uuid;
    v_from timestamptz;
    v_there bigint;
    v_number integer;
    v_last constant integer := (select max(v.number) from bench.vector_spaces v);
    v_short integer := 0;
begin
    for n in 1..p_count loop
        -- every tenth asks the large tenant
        v_number := case when n % 10 = 0 then 0 else 1 + floor(random() * v_last)::integer end;
        select * into strict v_space from bench.vectors_of v where v.number = v_number;
        v_number := 1 + floor(random() * 1000);
        select q.embedding into strict v_query from bench.vector_queries q where q.number = v_number;
        v_limit := 1 + floor(random() * 100);
        v_kinds := case floor(random() * 3) when 0 then '{message}'::text[] when 1 then '{memory}' else '{message,memory}' end;
        v_contact := case when random() < 0.3 then ('00000000-0000-4000-8000-' || 100000000000 + floor(random() * 22)::integer)::uuid end;
        v_from := case when random() < 0.3 then now() - random() * random() * interval '20 hours' end;
        execute format('select count(*) from (select from %s e where e.tenant_id = $1 and e.space_id = $2 and e.kind = any ($3) and ($4 is null or e.contact_id = $4)
                            and ($5 is null or e.item_created_at >= $5) limit $6) x', v_space.segment)
           into v_there using v_space.tenant_id, v_space.space_id, v_kinds, v_contact, v_from, v_limit;
        if (select count(*) from prosa._nearest(v_space.tenant_id, v_space.space_id, v_kinds, v_query, v_limit, v_contact, v_from)) <> v_there then
            v_short := v_short + 1;
        end if;
    end loop;
    return v_short;
end
$$;

-- one session's calls: a small tenant, another one, the large one, in turn; the first two rounds are of other tenants
create table bench.calls (session integer, call integer, size text, ms float8);
create procedure bench.call_in_turn(p_session integer) language plpgsql as $$
declare
    v_space record;
    v_query vector;
    v_began timestamptz;
begin
    for v_call in -1..100 loop
        for v_space in select v.*, case v.number when 0 then 'large' else 'small' end as size from bench.vectors_of v
                        where v.number in (0, p_session, p_session + 1) order by (v.number + v_call) % 3, v.number loop
            select q.embedding into v_query from bench.vector_queries q where q.number = p_session;
            v_began := clock_timestamp();
            perform from prosa._nearest(v_space.tenant_id, v_space.space_id, '{message}', v_query, 10);
            insert into bench.calls values (p_session, v_call, v_space.size, extract(epoch from clock_timestamp() - v_began) * 1000);
        end loop;
    end loop;
end
$$;
