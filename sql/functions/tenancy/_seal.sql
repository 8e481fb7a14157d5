create or replace function prosa._seal(p_tenant_id uuid, p_expires bigint)
    returns text
    language sql stable parallel safe strict security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
    select p_expires || '.' || encode(@extschema:pgcrypto@.hmac(
               convert_to(format('%s/%s/%s', p_tenant_id, p_expires, prosa._transaction_identity()), 'UTF8'),
               s.secret, 'sha256'), 'hex')
      from prosa.context_secret s
$$;
comment on function prosa._seal(uuid, bigint) is
'The seal of a context: when it expires (seconds since 1970), a dot, and an HMAC-SHA-256 over tenant, expiry, backend and transaction.';
