\set tenant random(:first_tenant, :last_tenant)
\set query random(1, 1000)
select n.item_id, n.similarity
  from bench.vector_spaces v
 cross join lateral prosa._nearest(v.tenant_id, v.space_id, '{message,memory}', (select q.embedding from bench.vector_queries q where q.number = :query), 10) n
 where v.number = :tenant;
