\set tenant random(:first_tenant, :last_tenant)
\set query random(1, 1000)
select e.item_id, 1 - (e.embedding <=> (select q.embedding from bench.vector_queries q where q.number = :query))
  from bench.shared_vectors e
 where e.tenant_id = (select v.tenant_id from bench.vector_spaces v where v.number = :tenant)
 order by e.embedding <=> (select q.embedding from bench.vector_queries q where q.number = :query) limit 10;
