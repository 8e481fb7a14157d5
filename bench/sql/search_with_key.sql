\set tenant random(:first_tenant, :last_tenant)
\set query random(1, 100)
select s.message_id, s.similarity_score
  from bench.spaces b cross join lateral prosa.authenticate(b.api_key)
 cross join lateral prosa.semantic_search(b.tenant_id, (select q.embedding from bench.queries q where q.number = :query), 10, -1) s
 where b.number = :tenant;
