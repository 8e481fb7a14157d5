create or replace function prosa._count_embedded(p_tenant_id uuid, p_embedded bigint, p_failed bigint)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    v_minute constant timestamptz := date_trunc('minute', clock_timestamp());
begin
    if p_embedded = 0 and p_failed = 0 then
        return;
    end if;
    update prosa.embedding_rates r set embedded = r.embedded + p_embedded, failed = r.failed + p_failed
     where r.tenant_id = p_tenant_id and r.minute = v_minute;
    if not found then
        insert into prosa.embedding_rates as r (tenant_id, minute, embedded, failed) values (p_tenant_id, v_minute, p_embedded, p_failed)
        on conflict on constraint embedding_rates_pkey do update set embedded = r.embedded + excluded.embedded, failed = r.failed + excluded.failed;
        -- once a minute
        delete from prosa.embedding_rates r where r.tenant_id = p_tenant_id and r.minute < v_minute - interval '1 hour';
    end if;
end
$$;
comment on function prosa._count_embedded(uuid, bigint, bigint) is 'Adds to this minute''s count of embedded items and failed attempts of a tenant.';
