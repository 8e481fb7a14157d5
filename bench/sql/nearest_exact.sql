\set tenant random(:first_tenant, :last_tenant)
\set query random(1, 1000)
select n.item_id, 1 - n.distance
  from (select e.item_id, e.embedding <=> (select q.embedding from bench.vector_queries q where q.number = :query) as distance
          from prosa.embeddings_shared e
         where e.tenant_id = (select v.tenant_id from bench.vector_spaces v where v.number = :tenant)
           and e.space_id = (select v.space_id from bench.vector_spaces v where v.number = :tenant)
         order by distance limit 10) n;
