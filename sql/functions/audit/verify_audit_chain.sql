create or replace function prosa.verify_audit_chain(p_tenant_id uuid, p_from timestamptz default null, p_to timestamptz default null)
    returns table (sequence bigint, recorded_at timestamptz, problem text)
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    with asked as (
        select coalesce(p_tenant_id, prosa._platform_chain()) as tenant_id,
               coalesce(p_from, '-infinity') as low, coalesce(p_to, 'infinity') as high
    ), entry as (
        select l.sequence, l.recorded_at, l.previous_hash, l.hash,
               l.hash = prosa._audit_hash(
                   l.tenant_id, l.sequence, l.recorded_at, l.id, l.actor, l.role, l.application_name, l.client_addr,
                   l.action, l.object, l.object_key, l.before, l.after, l.previous_hash) as is_sound
          from prosa.audit_log l
         where l.tenant_id = coalesce(p_tenant_id, prosa._platform_chain())
           and l.recorded_at >= coalesce(p_from, '-infinity') and l.recorded_at < coalesce(p_to, 'infinity')
    ), link as (
        select e.sequence, e.recorded_at, e.previous_hash, e.is_sound,
               count(*) over (order by e.sequence range between current row and current row) as twins,
               max(e.sequence) over (order by e.sequence range between unbounded preceding and 1 preceding) as previous,
               -- of a chain that forked before it, it may follow either
               case e.sequence when 1 then array[''::bytea]
                    else array_agg(e.hash) over (order by e.sequence range between 1 preceding and 1 preceding) end as previous_hashes
          from entry e
    )
    select l.sequence, l.recorded_at, 'edited' from link l where not l.is_sound
    union all
    select l.sequence, l.recorded_at, 'forked' from link l where l.twins > 1
    union all
    select coalesce(l.previous, 0) + 1, l.recorded_at, 'removed' from link l
     where l.sequence > coalesce(l.previous, 0) + 1 and (l.previous is not null or p_from is null)
    union all
    select l.sequence, l.recorded_at, 'reordered' from link l where l.previous_hash <> all (l.previous_hashes)
    union all
    select coalesce(h.sequence, last.sequence), coalesce(h.recorded_at, last.recorded_at), 'head mismatch'
      from asked a
     cross join (select max(e.sequence) as sequence, max(e.recorded_at) as recorded_at from entry e) last
      left join prosa.audit_heads h on h.tenant_id = a.tenant_id
     where last.sequence > coalesce(h.sequence, 0)
        or h.recorded_at >= a.low and h.recorded_at < a.high
           and not exists (select from entry e where e.sequence = h.sequence and e.hash = h.hash)
        -- a tenant has a chain, since its creation is in it
        or h.tenant_id is null and exists (select from prosa.tenants t where t.id = a.tenant_id)
     order by 1, 3
$$;
comment on function prosa.verify_audit_chain(uuid, timestamptz, timestamptz) is
'Checks the audit chain of a tenant, or of the platform when null, and returns what is wrong with it, a row a finding; none when it is intact.
p_from, p_to: entries recorded from then on and before then; null for all. A range that begins in the middle of the chain trusts what its first entry says of the one before it; one that ends before the chain''s end says nothing of what follows. After old months were dropped, ask from the first that was kept: without p_from their entries are removed ones.
problem: edited (the entry is not what its hash was made of), removed (entries from this sequence on are missing; recorded_at is that of the next), forked (there are several with this sequence), reordered (it does not follow the entry before it), head mismatch (the chain does not end where its last writer left it: its tail was cut off or added to).
Whoever may rewrite a chain as a whole, its head included, leaves no trace here: copy prosa.audit_heads to where they cannot write, and compare.
Example: select t.slug, v.* from prosa.tenants t cross join lateral prosa.verify_audit_chain(t.id) v;';
