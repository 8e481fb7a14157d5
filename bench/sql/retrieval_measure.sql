-- Every question by every arm, 50 deep; then calls of ten by the clock.
create table bench.found (arm text not null, tenant_number integer not null, number integer not null, ids uuid[] not null,
    primary key (arm, tenant_number, number));
create procedure bench.find() language plpgsql as $$
declare
    v_tenant record;
begin
    for v_tenant in select t.number, t.id from bench.tenants t where t.number >= 0 order by t.number loop
        perform prosa.set_tenant(v_tenant.id);
        insert into bench.found
        select a.arm, q.tenant_number, q.number, a.ids
          from bench.questions q
         cross join lateral (
               select 'dense', array(select s.message_id from prosa.semantic_search(v_tenant.id, q.embedding, 50, -1) with ordinality s order by s.ordinality)
               union all
               select 'BM25', array(select s.item_id from prosa._text_scores(v_tenant.id, q.text, 50) with ordinality s order by s.ordinality)
               union all
               select w.arm, array(select s.id from prosa.hybrid_search(q.text, q.embedding, 50, w.alpha) with ordinality s order by s.ordinality)
                 from (values ('dense in context', 1.0), ('BM25 in context', 0), ('hybrid', 0.5)) w (arm, alpha)) a (arm, ids)
         where q.tenant_number = v_tenant.number and q.evidence <> '{}';
        commit;
    end loop;
end
$$;
call bench.find();

create view bench.ranks as
select f.arm, q.category, f.tenant_number, f.number, e.ranks, cardinality(q.evidence) as evidence,
       (select min(r) from unnest(e.ranks) r) as first
  from bench.questions q
  join bench.found f on f.tenant_number = q.tenant_number and f.number = q.number
  join bench.tenants t on t.number = q.tenant_number
 cross join lateral (
       select array(select array_position(f.ids, m.id) from prosa.messages m where m.tenant_id = t.id and m.external_id = any (q.evidence)) as ranks) e;
create view bench.scores as
select r.arm, r.category, r.tenant_number, r.number, (r.first <= 1) is true as any_1, (r.first <= 5) is true as any_5, (r.first <= 10) is true as any_10,
       n.found = r.evidence as all_10, coalesce(1.0 / r.first, 0) as mrr, coalesce(n.gain, 0) / i.gain as ndcg_10
  from bench.ranks r
 cross join lateral (select count(*) as found, sum(1 / log(2, u + 1)) as gain from unnest(r.ranks) u where u <= 10) n
 cross join lateral (select sum(1 / log(2, u + 1)) as gain from generate_series(1, least(10, r.evidence)) u) i;

create table bench.times (call integer not null, what text not null, milliseconds double precision not null);
create procedure bench.time_calls() language plpgsql as $$
declare
    v_tenant record;
    v_question record;
    v_call integer := 0;
    v_start timestamptz;
begin
    select t.id, t.turns into v_tenant from bench.tenants t where t.number = -1;
    for v_question in select q.text, q.embedding from bench.questions q order by q.tenant_number, q.number limit 200 loop
        v_call := v_call + 1;
        perform prosa.set_tenant(v_tenant.id);
        v_start := clock_timestamp();
        perform from prosa.hybrid_search(v_question.text, v_question.embedding);
        insert into bench.times values (v_call, 'hybrid_search', extract(epoch from clock_timestamp() - v_start) * 1000);
        v_start := clock_timestamp();
        perform from prosa.semantic_search(v_tenant.id, v_question.embedding, 10, -1);
        insert into bench.times values (v_call, 'semantic_search', extract(epoch from clock_timestamp() - v_start) * 1000);
        commit;
    end loop;
end
$$;

create function bench.result() returns jsonb language sql as $$
with scored as (
    select s.arm, c.category, count(*) as questions, avg(s.any_1::integer) as any_1, avg(s.any_5::integer) as any_5, avg(s.any_10::integer) as any_10,
           avg(s.all_10::integer) as all_10, avg(s.mrr) as mrr, avg(s.ndcg_10) as ndcg_10
      from bench.scores s cross join lateral (values (s.category::text), (case when s.category < 5 then '1 to 4' end)) c (category)
     where c.category is not null
     group by s.arm, c.category
), timed as (
    select t.what, percentile_cont(0.5) within group (order by t.milliseconds) filter (where t.call > 1) as median,
           percentile_cont(0.95) within group (order by t.milliseconds) filter (where t.call > 1) as p95,
           max(t.milliseconds) filter (where t.call = 1) as first, max(t.milliseconds) filter (where t.call = 6) as sixth,
           max(t.milliseconds) filter (where t.call = 100) as hundredth
      from bench.times t group by t.what
)
select r.result || jsonb_build_object('checks', (
           select jsonb_agg(jsonb_build_object('what', c.what, 'figure', c.figure, 'met', c.met))
             from jsonb_path_query_first(r.result, '$.scores[*] ? (@.category == "1 to 4" && @.arm == "hybrid")') h
            cross join lateral (
                  select format('%s above that of each arm', f.name), (h ->> f.name)::numeric,
                         (h ->> f.name)::numeric > all (select (a ->> f.name)::numeric from jsonb_path_query(r.result, '$.scores[*] ? (@.category == "1 to 4" && (@.arm == "dense" || @.arm == "BM25"))') a)
                    from unnest(array['any_1', 'any_5', 'any_10', 'all_10', 'mrr', 'ndcg_10']) f (name)
                  union all
                  select format('%s > %s', g.name, g.least), (h ->> g.name)::numeric, (h ->> g.name)::numeric > g.least
                    from (values ('any_10', 0.77), ('all_10', 0.63), ('ndcg_10', 0.54)) g (name, least)
                  union all
                  select 'median milliseconds <= 10', m::numeric, m::numeric <= 10 from jsonb_path_query(r.result, '$.latency[*] ? (@.what == "hybrid_search").median') m) c (what, figure, met)))
  from (select jsonb_build_object(
    'date', to_char(now(), 'YYYY-MM-DD'), 'version', prosa.version(), 'postgresql', current_setting('server_version'),
    'conversations', (select count(*) from bench.tenants t where t.number >= 0), 'turns', (select sum(t.turns) from bench.tenants t where t.number >= 0),
    'skipped', (select count(*) from bench.questions q where q.evidence = '{}'),
    'scores', (select jsonb_agg(to_jsonb(s) order by s.category = '1 to 4' desc, s.category,
                                array_position(array['dense', 'BM25', 'hybrid', 'dense in context', 'BM25 in context'], s.arm)) from scored s),
    'latency_turns', (select t.turns from bench.tenants t where t.number = -1),
    'latency', (select jsonb_agg(to_jsonb(t) order by t.what) from timed t)) as result) r
$$;
