\set query random(1, 100)
select s.message_id, s.similarity_score
  from prosa.semantic_search(prosa.current_tenant_id(), (select q.embedding from bench.queries q where q.number = :query), 10, -1) s;
