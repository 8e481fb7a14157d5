select count(*) from bench.tenants t cross join lateral prosa.authenticate(t.api_key) where t.number = 1;
