create or replace function prosa._lint_row_security(p_schema oid)
    returns table (rule text, object text, detail text)
    language sql stable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
with r as materialized (
    select l.*, exists (select from pg_policy p where p.polrelid = l.oid) as has_policy from prosa._lint_relations(p_schema) l
), policy as materialized (
    select p.*, r.tenant_attnum, (pg_identify_object('pg_policy'::regclass, p.oid, 0)).identity,
           array_remove(array[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)], null) as conditions,
           concat(p.polqual, p.polwithcheck) as nodes,
           -- whom to trust with every tenant's rows
           p.polroles = array[to_regrole('prosa_owner')::oid] or p.polroles = array[to_regrole('prosa_admin')::oid]
               or p.polroles = array[to_regrole('prosa_monitor')::oid] and p.polcmd = 'r' as is_trusted,
           -- what _secure_table() makes; of audit_log they are for reading only
           (p.polname, p.polroles) in (
               ('tenant_isolation', array[0::oid]), ('owner_access', array[to_regrole('prosa_owner')::oid]),
               ('admin_access', array[to_regrole('prosa_admin')::oid]))
               and p.polcmd in ('*', 'r')
               or (p.polname, p.polcmd, p.polroles) in (
               ('owner_append', 'a', array[to_regrole('prosa_owner')::oid]), ('monitor_access', 'r', array[to_regrole('prosa_monitor')::oid])) as is_known
      from r join pg_policy p on p.polrelid = r.oid
), tenant_condition as (
    select r.oid, format('(%I = ( SELECT current_tenant_id() AS current_tenant_id))', a.attname) as text,
           format('(%I = current_tenant_id())', a.attname) as by_row
      from r join pg_attribute a on a.attrelid = r.oid and a.attnum = r.tenant_attnum
)
select 'rls_disabled', r.identity, format('a %stable of tenants is without row security', case when r.is_partition then 'partition of a ' else '' end)
  from r
 where r.tenant_attnum is not null and not r.row_security and not r.has_policy
union all
select 'policy_exists_rls_disabled', r.identity, 'its policies are not in force: row security is off'
  from r
 where r.has_policy and not r.row_security
union all
select 'row_security_not_forced', r.identity, 'row security does not bind the owner'
  from r
 where r.tenant_attnum is not null and r.row_security and not r.forced
union all
select 'rls_enabled_no_policy', r.identity, 'row security is on, and no policy lets anybody in'
  from r
 where r.row_security and not r.has_policy
-- ---------------------------------------------------------------- policies
union all
-- reading a table of no tenant may be for all
select 'rls_policy_always_true', p.identity, 'lets everything through'
  from policy p
 where p.polpermissive and not p.is_trusted and 'true' = any (p.conditions) and (p.tenant_attnum is not null or p.polcmd <> 'r')
union all
-- the tenant's condition itself, or it and more
select 'policy_without_tenant', p.identity, array_to_string(p.conditions, ' check ')
  from policy p join tenant_condition t on t.oid = p.polrelid
 where p.polpermissive and not p.is_trusted and 'true' <> all (p.conditions)
   and exists (select from unnest(p.conditions) c (text)
                where c.text not in (t.text, t.by_row) and not starts_with(c.text, format('(%s AND ', t.text)) and not starts_with(c.text, format('(%s AND ', t.by_row)))
union all
select 'auth_rls_initplan', p.identity, 'asks for the tenant once a row'
  from policy p join tenant_condition t on t.oid = p.polrelid
 where exists (select from unnest(p.conditions) c (text) where strpos(c.text, t.by_row) > 0)
union all
select 'multiple_permissive_policies', p.identity, 'widens what ' || string_agg(quote_ident(q.polname), ', ' order by q.polname) || ' lets through'
  from policy p
  join policy q on q.polrelid = p.polrelid and q.oid <> p.oid and q.polpermissive
   and (q.polcmd = p.polcmd or '*' in (q.polcmd, p.polcmd))
   and (q.polroles && p.polroles or 0 = any (q.polroles || p.polroles))
 where p.polpermissive and not p.is_known
 group by p.identity
union all
select 'policy_reads_table', p.identity, array_to_string(p.conditions, ' check ')
  from policy p
 where p.nodes ~ ':rtekind 0 '
union all
select 'policy_calls_volatile', p.identity, 'calls ' || string_agg(distinct f.oid::regprocedure::text, ', ')
  from policy p
 cross join lateral regexp_matches(p.nodes, ':(?:op)?funcid (\d+)', 'g') m
  join pg_proc f on f.oid = m[1]::oid and f.provolatile = 'v'
 group by p.identity
-- ---------------------------------------------------------------- views
union all
select 'security_definer_view', r.identity, 'reads with its owner''s rights'
  from r
 where r.kind = 'v'
   and not exists (select from pg_options_to_table(r.options) o where o.option_name = 'security_invoker' and o.option_value::boolean)
$$;
comment on function prosa._lint_row_security(oid) is 'lint(): row security, policies and views.';
