-- As a worker stores it; and the questions'.
select prosa.store_embeddings(i.tenant_id, 'bge-small-en-v1.5-q',
           jsonb_agg(jsonb_build_object('kind', i.kind, 'item_id', i.item_id, 'enqueued_at', i.enqueued_at, 'embedding', v.embedding)))
  from bench.items i join bench.vectors v on v.hash = md5(i.text) group by i.tenant_id;
update bench.questions q set embedding = v.embedding::vector from bench.vectors v where v.hash = md5(q.text);
vacuum analyze;
