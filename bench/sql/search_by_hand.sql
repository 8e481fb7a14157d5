\set tenant random(:first_tenant, :last_tenant)
\set query random(1, 100)
with nearest as (
    select e.tenant_id, e.item_id, e.item_created_at,
           e.embedding <=> (select q.embedding from bench.queries q where q.number = :query) as distance
      from prosa.embeddings_shared e
     where e.tenant_id = (select b.tenant_id from bench.spaces b where b.number = :tenant)
       and e.space_id = (select b.space_id from bench.spaces b where b.number = :tenant)
       and e.kind = 'message'
     order by distance
     limit 10)
select m.id, 1 - n.distance as similarity from nearest n
  join prosa.messages m on m.tenant_id = n.tenant_id and m.created_at = n.item_created_at and m.id = n.item_id
 order by n.distance;
