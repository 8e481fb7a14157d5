-- Every table of Prosa, old and new; what a table needs is decided in _secure_table().
select prosa._secure_table(c.oid)
  from pg_class c
 where c.relnamespace = 'prosa'::regnamespace and c.relkind in ('r', 'p')
 order by c.relname;
