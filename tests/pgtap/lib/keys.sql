-- A key directory for the tests. Included after lib/personas.sql, as the superuser; the test ends with remove_keys().
-- The pair in it was made for these tests and is used for nothing else.
create function pg_temp.key_directory() returns text language sql as $$ select '/tmp/prosa-pgtap-' || pg_backend_pid() $$;

create function pg_temp.run(p_command text) returns setof void language plpgsql as $$
begin
    execute format('copy (select 1 where false) to program %L', p_command);
end
$$;

-- what stands in p_text, as a file of the server with mode 0600
create function pg_temp.write_file(p_file text, p_text text) returns setof void language plpgsql as $$
begin
    execute format('copy (select unnest(%L::text[])) to program %L', string_to_array(p_text, E'\n'), format('umask 077 && cat > %s/%s', pg_temp.key_directory(), p_file));
end
$$;

create function pg_temp.write_master_key(p_key_id text) returns setof void language sql as
$$ select pg_temp.write_file('master-' || p_key_id || '.key', encode(sha256(p_key_id::bytea), 'base64')) $$;

create function pg_temp.remove_keys() returns setof void language sql as $$ select pg_temp.run('rm -rf ' || pg_temp.key_directory()) $$;

-- a secret as a client sends it
create function pg_temp.seal(p_secret text) returns text language plpgsql as $$
declare
    v_sealed text;
begin
    execute format('select %1$s.armor(%1$s.pgp_pub_encrypt($1, %1$s.dearmor(prosa.public_key())))',
                   (select e.extnamespace::regnamespace from pg_extension e where e.extname = 'pgcrypto')) into v_sealed using p_secret;
    return v_sealed;
end
$$;

create function pg_temp.public_test_key() returns text language sql immutable as
$$ select '
-----BEGIN PGP PUBLIC KEY BLOCK-----

mQENBGlVuQABCADNMZl3d37HOw+DDJvKlzWyXm44lQSChRbSsWo7PuEArQrI92ZY
8OiOODIerLdrAneCK91+gsam2258TpURBK0BXC2p+pmYvLkcW0F9OYMuR1w1b4x/
UdQDGEZid6hPga2pDQoeuea5vwQlwUwdosZCwyRgIGTgp1/5s4LI8lJZ0jxMD8cL
K1XC5SIA7LVtL6l9VjKQA4D74fNOfF1jqB40ohGYwDjNWHQbLRMRARu8gdqLl3Zz
PAckeZPDw5lx3zo3Rrj0dMv4xiHH4/lC3Rvjmu5RL6gO7Brh4t4xxEMzqZfbldAu
myrQkRSxsuL4NspAQIgfgDuliDHlbN3SAqXDABEBAAG0HVByb3NhIHRlc3Qga2V5
LCBvcGVucyBub3RoaW5niQFOBBMBCgA4FiEE0hcaPYxyup5yMTE72k/cYlwYJmMF
AmlVuQACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ2k/cYlwYJmOnqwgA
iDlS52rzfmLSoWaZcoJ4sbr723XomDnnc1PeT0sFGTJBSSGJCltcvfrmNjhs/jo9
9EqXP//uDtw54frVYBO8y13aFFINCxhYfF62MokS2VJ3TiIVL1xdaf50++bmMqr5
UzhKtyTK2FidMpw7bNg3rT2Q2ySNYgEfWU74+hWNkyzPX5Y1vDwH6wZwnowgo23W
HBqLbLnPtlcOsn1prodxcyvtI633++qXYX1eT4vK1giNKm9QAog4yDNnN4du5sNM
pcf/3Fpc2HPDuJU+CsQ83NyMxPij7wKOwzRx6qf0ezBAwFG92bEi9hKYO90pK1kt
1cxhwfcWlI8f99p7JnHK9LkBDQRpVbkAAQgAy23Ds/cIvgujXga/woe017nmiLG1
mGDIeX+FT13U5h+b6Wx8AtlCGGswb5w5cBy1wD5ejvlVU1U9mJwCx2QEQD8hT4bD
LDf9Tb2c1p8tPw4JP0tNOBmwf4MurZNqrgcSAu2aL8GDpVCFFJwjgSYqlNwsF7Ey
tbDQ09hc4QaUxvbPyjjpl8Y8jjgNpKzeQ+SJpL9CEGpWYOcT/mehw7HAd3IFQ0ZS
hpeiNdSgAQ6p0e+XRqMRNGqTDf1pJJlqM5Q1TxEIN92+oa2S/8D6HuaGi4i2SMSy
LDhQ+BInST2VIenxTsWJhrgPTtICgn7WgCtJJNPHJubAmP/MXjUWzEs10QARAQAB
iQE2BBgBCgAgFiEE0hcaPYxyup5yMTE72k/cYlwYJmMFAmlVuQACGwwACgkQ2k/c
YlwYJmPqSAf/QfV8K0Rp2/6BN55Z6eaaB5IUpHcSrMXj38BI9sV/PZYsSmTfycwr
ZvuR3M5TBYaRe9j68v264hmh0MxZQnMSSQblzJ/sc8G2vCQEmL2m6en8BF5/JmV6
bgYkVxDJpWC1j3cnYo6gMlvdq2pIK6D58KgQHdfmTDwFc1Xj31KUZIwSBfhMiFLc
UYXF1cSumggA6/ZbOBSZLxGn6vNd5+ItZ/fvsz7e+vc3Mv7JTtb11hkeQ3iZOtYe
/rCu5TkraA4ly7xYQTItKCB8qHtGssihyXJzK1OVzCYw5tq82pbiiThiuDvMgpyp
6/0StATlVS0fK5ICcxDe6xBiGoU0RyG6vw==
=xxbp
-----END PGP PUBLIC KEY BLOCK-----
' $$;
create function pg_temp.private_test_key() returns text language sql immutable as
$$ select '
-----BEGIN PGP PRIVATE KEY BLOCK-----

lQOYBGlVuQABCADNMZl3d37HOw+DDJvKlzWyXm44lQSChRbSsWo7PuEArQrI92ZY
8OiOODIerLdrAneCK91+gsam2258TpURBK0BXC2p+pmYvLkcW0F9OYMuR1w1b4x/
UdQDGEZid6hPga2pDQoeuea5vwQlwUwdosZCwyRgIGTgp1/5s4LI8lJZ0jxMD8cL
K1XC5SIA7LVtL6l9VjKQA4D74fNOfF1jqB40ohGYwDjNWHQbLRMRARu8gdqLl3Zz
PAckeZPDw5lx3zo3Rrj0dMv4xiHH4/lC3Rvjmu5RL6gO7Brh4t4xxEMzqZfbldAu
myrQkRSxsuL4NspAQIgfgDuliDHlbN3SAqXDABEBAAEAB/kB5oa0W4/6Cmr/XLuI
qdPefg9pSMAM8WyfsPL574AoAHJMIDZ7dmfBAXY9YH4maJRwyTU4+b8bRocEcbnh
uXhcvdzSaTbI+l6Ai7vUjBbR8+k/uXPErh5XlP755H/TlLDmEu/YDwK7D7DbJKou
0BYkAiixFzu39PTnnCkG8W+f01VoqFjdgc2wqcIO660MxOHojVI0t2aplBkzcQ6D
Kf690iSXCv1Rwk/K8WjXphwec67cjIz2xuKiunq2dSNpNFeFviPG4uk7DgSAEvUL
9L3Dw1YYRnuvvkcDRnAOlnypfPVRnxqjto7txUhlqXchKrNevcdjvahwD31/zFXz
ggCBBADXYPuZ/dKWnm5vfA0jtfAdv+XGycst7paWNoLFY/qWV1qS95+iHZkLBAhy
6Q23M0BdYlxDj//FhCBr8YrLy5O0UxfgJDFQoqE6qU14q0AC+AraFU2LqC+PdC5/
peY8qu4k+uWrFmO5+FdITR8+l6phQttjkC+GVnLE+t30iPK3wQQA8+TbBQw4nFzJ
5huMf2SdTz89feTAY4I4DmvLOJdK4cYhyTM6lYb+cJMNGSwwONwAaGXJ9FS/qs3Z
LiyJ1YSo2BifO+mzMfeRerEppA42uxRt+j/bYQzrdhuyHtoVKzyOZz77Gwy++O4R
PXG1eD+5T3+m4UhxG32BlARauG3GHoMEAIvPVXRk1lge6uYYpe6y/JthVM2qctJt
T/Sr65GYVm9VI/S3r1cSRCXm4ERYlYwx3+Jx9oZ4UjzG6XEdVmVPo6b5f5imHT9l
22329q+yCgjrSyOITaYu72fpFRBBlSXUiLAErOn9BjnNllstTsrvts0E7fZzI08h
dDtFb48Bop1JSG20HVByb3NhIHRlc3Qga2V5LCBvcGVucyBub3RoaW5niQFOBBMB
CgA4FiEE0hcaPYxyup5yMTE72k/cYlwYJmMFAmlVuQACGwMFCwkIBwIGFQoJCAsC
BBYCAwECHgECF4AACgkQ2k/cYlwYJmOnqwgAiDlS52rzfmLSoWaZcoJ4sbr723Xo
mDnnc1PeT0sFGTJBSSGJCltcvfrmNjhs/jo99EqXP//uDtw54frVYBO8y13aFFIN
CxhYfF62MokS2VJ3TiIVL1xdaf50++bmMqr5UzhKtyTK2FidMpw7bNg3rT2Q2ySN
YgEfWU74+hWNkyzPX5Y1vDwH6wZwnowgo23WHBqLbLnPtlcOsn1prodxcyvtI633
++qXYX1eT4vK1giNKm9QAog4yDNnN4du5sNMpcf/3Fpc2HPDuJU+CsQ83NyMxPij
7wKOwzRx6qf0ezBAwFG92bEi9hKYO90pK1kt1cxhwfcWlI8f99p7JnHK9J0DmARp
VbkAAQgAy23Ds/cIvgujXga/woe017nmiLG1mGDIeX+FT13U5h+b6Wx8AtlCGGsw
b5w5cBy1wD5ejvlVU1U9mJwCx2QEQD8hT4bDLDf9Tb2c1p8tPw4JP0tNOBmwf4Mu
rZNqrgcSAu2aL8GDpVCFFJwjgSYqlNwsF7EytbDQ09hc4QaUxvbPyjjpl8Y8jjgN
pKzeQ+SJpL9CEGpWYOcT/mehw7HAd3IFQ0ZShpeiNdSgAQ6p0e+XRqMRNGqTDf1p
JJlqM5Q1TxEIN92+oa2S/8D6HuaGi4i2SMSyLDhQ+BInST2VIenxTsWJhrgPTtIC
gn7WgCtJJNPHJubAmP/MXjUWzEs10QARAQABAAf8C+JYlKDFyFl0dKujA/2q00/7
T2jHVbSwvYVVP8TY6U03LeiuKXnw/i1z5c9L/ThWJ1oVateW1CCWkb3qfSTDCVBO
1T8nk4OdVw9w1Ep2CZkbsfCHnTOF/7sFjPMf4DUOSLDCCVBuLQgSUDkLa3Hz+qCO
rF8oGdxvpLKfAW/hnOpnNIkp9CcthKNOKZF1Y6hFKhykiDM6JTOdt+jJUY+Kq0Nz
j8Euu2SSZvPkhMRxs8syQm+9/rm9fu847FU+cJUWUTxskk+kHRXYLwSK0XfI4U7x
Q9E2NcIKPnQxWelMDQjSHabMpBxWTYJDa964Xh/NvxdQ+V/Xjld7tl8cH2O2AQQA
y5UBmR1hCZAFA5Ek3i5af/UjMM8lymQ8l+jQPS51GZARoF2/Gx97ZrqrHGMbW89O
YP/93y8/7Htks2i5vsQZzDOJ9c7ASWIItOU22xJe5kfAzMhBRj8tBMdfl6qjxKzU
sfW2qvdfHJw0FeO6ztALU/POBW47jrnYRXHVoD1uatEEAP/Op4F4ASQx2xeXZ87M
DXSnAV3AF8QiDy4TmhGn5KamPgMkrq0FatQuimDC67WRXh44iWalF2D61zzp+WCs
8zvG1e05+DYFbsXTAzlrBP2pBIMBjjXGoV31vmaXT589TSLmFv+7GoCNnpsg0yz7
3N4fMMNa64GyJtz2f4IovNsBA/wLs7Lp0eAoCernPZBD+XoTWN0Hjx4m2fUFkZxe
sPh7HnetYOFZG06zW/W+9a8w7vHit8OPRak3J9Mp8MLid6J5DIqdVOyu+cwuj6CQ
tj1g+SUKcp9TYthxqdiQod4uFwSNft+B6Ho98U4Wan+5VzVUx1jrSlGd0JMdwO0M
DbV2BD+biQE2BBgBCgAgFiEE0hcaPYxyup5yMTE72k/cYlwYJmMFAmlVuQACGwwA
CgkQ2k/cYlwYJmPqSAf/QfV8K0Rp2/6BN55Z6eaaB5IUpHcSrMXj38BI9sV/PZYs
SmTfycwrZvuR3M5TBYaRe9j68v264hmh0MxZQnMSSQblzJ/sc8G2vCQEmL2m6en8
BF5/JmV6bgYkVxDJpWC1j3cnYo6gMlvdq2pIK6D58KgQHdfmTDwFc1Xj31KUZIwS
BfhMiFLcUYXF1cSumggA6/ZbOBSZLxGn6vNd5+ItZ/fvsz7e+vc3Mv7JTtb11hke
Q3iZOtYe/rCu5TkraA4ly7xYQTItKCB8qHtGssihyXJzK1OVzCYw5tq82pbiiThi
uDvMgpyp6/0StATlVS0fK5ICcxDe6xBiGoU0RyG6vw==
=wExI
-----END PGP PRIVATE KEY BLOCK-----
' $$;

-- what an installation may have stays as it is: all of this is rolled back
delete from prosa.key_store;
delete from prosa.data_keys;
select pg_temp.remove_keys();
select pg_temp.run('mkdir -m 700 ' || pg_temp.key_directory());
select pg_temp.write_master_key('00000001');
select pg_temp.write_file('seal.pub.asc', btrim(pg_temp.public_test_key(), E'\n'));
select pg_temp.write_file('seal.sec.asc', btrim(pg_temp.private_test_key(), E'\n'));
