-- the tenant first, then its messages: OFFSET 0 keeps that order
select count(*)
  from (select b.messages from (select nextval('bench.next_figure') as number offset 0) n join bench.batches b using (number)
         cross join lateral (select from bench.tenants t cross join lateral prosa.authenticate(t.api_key) where t.number = 1) a offset 0) b
 cross join lateral prosa.record_messages(b.messages);
