create or replace function prosa._spaces_to_move()
    returns table (tenant_id uuid, space_id uuid, to_own boolean)
    language sql stable parallel safe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select s.tenant_id, s.id, s.placement = 'shared'
      from prosa.embedding_spaces s
      left join prosa.tenant_settings t on t.tenant_id = s.tenant_id and t.key = 'embedding_promotion_rows'
      left join prosa.system_config c on c.key = 'embedding_promotion_rows'
     cross join lateral prosa._promotion_rows(coalesce(t.value, c.value), s.dimensions) p (rows)
     -- a space comes back at half the size at which it went: one of about that size stays where it is
     cross join lateral (
            select count(*) as rows
              from (select from prosa.embeddings e
                     where e.tenant_id = s.tenant_id and e.space_id = s.id and e.segment_id = s.segment_id
                     limit case s.placement when 'shared' then p.rows else (p.rows + 1) / 2 end) e) v
     where case s.placement when 'shared' then v.rows >= p.rows and s.status <> 'retired' else v.rows < (p.rows + 1) / 2 end
       and not exists (select from prosa.embedding_moves m where m.tenant_id = s.tenant_id and m.space_id = s.id)
     order by s.placement, s.status, s.created_at, s.id
$$;
comment on function prosa._spaces_to_move() is 'The spaces that have grown too large to be searched exactly, or too small for an index.';
