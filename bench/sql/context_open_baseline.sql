select count(*) from bench.tenants t where t.number = 1;
