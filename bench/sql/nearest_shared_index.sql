\set tenant random(:first_tenant, :last_tenant)
\set query random(1, 1000)
select n.item_id, n.similarity from bench.shared_nearest(:tenant, :query) n;
