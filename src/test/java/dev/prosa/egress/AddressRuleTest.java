package dev.prosa.egress;

import static dev.prosa.egress.AddressRule.Kind.FORBIDDEN;
import static dev.prosa.egress.AddressRule.Kind.OWN;
import static dev.prosa.egress.AddressRule.Kind.PUBLIC;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.prosa.egress.AddressRule.Kind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The address rule")
class AddressRuleTest {

    @ParameterizedTest(name = "{0} to {1} is {2}, {3}")
    @DisplayName("knows every range from its first address to its last")
    @CsvSource({
        "0.0.0.0,                    0.255.255.255,                            FORBIDDEN, an unspecified address",
        "1.0.0.0,                    9.255.255.255,                            PUBLIC,    a public address",
        "10.0.0.0,                   10.255.255.255,                           OWN,       a private address",
        "11.0.0.0,                   100.63.255.255,                           PUBLIC,    a public address",
        "100.64.0.0,                 100.100.100.199,                          OWN,       an address of a provider's own network (CGNAT)",
        "100.100.100.200,            100.100.100.200,                          FORBIDDEN, a metadata service of a cloud",
        "100.100.100.201,            100.127.255.255,                          OWN,       an address of a provider's own network (CGNAT)",
        "100.128.0.0,                126.255.255.255,                          PUBLIC,    a public address",
        "127.0.0.0,                  127.255.255.255,                          OWN,       a loopback address",
        "128.0.0.0,                  168.63.129.15,                            PUBLIC,    a public address",
        "168.63.129.16,              168.63.129.16,                            FORBIDDEN, a metadata service of a cloud",
        "168.63.129.17,              169.253.255.255,                          PUBLIC,    a public address",
        "169.254.0.0,                169.254.255.255,                          FORBIDDEN, 'a link-local address, where clouds keep credentials'",
        "169.255.0.0,                172.15.255.255,                           PUBLIC,    a public address",
        "172.16.0.0,                 172.31.255.255,                           OWN,       a private address",
        "172.32.0.0,                 191.255.255.255,                          PUBLIC,    a public address",
        "192.0.0.0,                  192.0.0.255,                              FORBIDDEN, a reserved address",
        "192.0.1.0,                  192.0.1.255,                              PUBLIC,    a public address",
        "192.0.2.0,                  192.0.2.255,                              OWN,       an address for documentation",
        "192.0.3.0,                  192.88.98.255,                            PUBLIC,    a public address",
        "192.88.99.0,                192.88.99.255,                            FORBIDDEN, a reserved address",
        "192.88.100.0,               192.167.255.255,                          PUBLIC,    a public address",
        "192.168.0.0,                192.168.255.255,                          OWN,       a private address",
        "192.169.0.0,                198.17.255.255,                           PUBLIC,    a public address",
        "198.18.0.0,                 198.19.255.255,                           OWN,       an address for benchmarks",
        "198.20.0.0,                 198.51.99.255,                            PUBLIC,    a public address",
        "198.51.100.0,               198.51.100.255,                           OWN,       an address for documentation",
        "198.51.101.0,               203.0.112.255,                            PUBLIC,    a public address",
        "203.0.113.0,                203.0.113.255,                            OWN,       an address for documentation",
        "203.0.114.0,                223.255.255.255,                          PUBLIC,    a public address",
        "224.0.0.0,                  239.255.255.255,                          FORBIDDEN, a multicast address",
        "240.0.0.0,                  255.255.255.254,                          FORBIDDEN, a reserved address",
        "255.255.255.255,            255.255.255.255,                          FORBIDDEN, the broadcast address",
        "::,                         ::,                                       FORBIDDEN, an unspecified address",
        "::1,                        ::1,                                      OWN,       a loopback address",
        "::2,                        ::fffe:ffff:ffff,                         FORBIDDEN, *",
        "::1:0:0:0,                  64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff,    FORBIDDEN, a reserved address",
        "64:ff9b::1:0:0,             64:ff9b:0:ffff:ffff:ffff:ffff:ffff,       FORBIDDEN, a reserved address",
        "64:ff9b:1::,                64:ff9b:1:ffff:ffff:ffff:ffff:ffff,       FORBIDDEN, an IPv4 address wrapped in IPv6",
        "64:ff9b:2::,                1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, a reserved address",
        "2000::,                     2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  PUBLIC,    a public address",
        "2001::,                     2001:0:ffff:ffff:ffff:ffff:ffff:ffff,     FORBIDDEN, an IPv4 address wrapped in IPv6",
        "2001:1::,                   2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff,   FORBIDDEN, a reserved address",
        "2001:200::,                 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff,   PUBLIC,    a public address",
        "2001:db8::,                 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,   OWN,       an address for documentation",
        "2001:db9::,                 2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  PUBLIC,    a public address",
        "2002::,                     2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, an IPv4 address wrapped in IPv6",
        "2003::,                     3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  PUBLIC,    a public address",
        "3fff::,                     3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff,   OWN,       an address for documentation",
        "3fff:1000::,                3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  PUBLIC,    a public address",
        "4000::,                     fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, a reserved address",
        "fc00::,                     fd00:42::41,                              OWN,       a private address",
        "fd00:42::42,                fd00:42::42,                              FORBIDDEN, a metadata service of a cloud",
        "fd00:c1::a9fe:a9fe,         fd00:c1::a9fe:a9fe,                       FORBIDDEN, a metadata service of a cloud",
        "fd00:c1::a9fe:a9ff,         fd00:ec1:ffff:ffff:ffff:ffff:ffff:ffff,   OWN,       a private address",
        "fd00:ec2::,                 fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff,   FORBIDDEN, a metadata service of a cloud",
        "fd00:ec3::,                 fd20:ce::253,                             OWN,       a private address",
        "fd20:ce::254,               fd20:ce::254,                             FORBIDDEN, a metadata service of a cloud",
        "fd20:ce::255,               fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  OWN,       a private address",
        "fe00::,                     fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, a reserved address",
        "fe80::,                     febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, 'a link-local address, where clouds keep credentials'",
        "fec0::,                     feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, a site-local address",
        "ff00::,                     ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,  FORBIDDEN, a multicast address"})
    void ranges(String first, String last, Kind kind, String what) throws UnknownHostException {
        for (String address : new String[] {first, last}) {
            AddressRule.Verdict verdict = AddressRule.judge(InetAddress.getByName(address));
            assertEquals(kind, verdict.kind(), address);
            if (!what.equals("*")) {
                assertEquals(what, verdict.what(), address);
            }
        }
    }

    @ParameterizedTest(name = "{0}, which is {1}, is {2}")
    @DisplayName("looks into addresses that wrap an IPv4 address, or refuses them")
    @CsvSource({
        "::ffff:127.0.0.1,                           mapped loopback,                   OWN",
        "::ffff:7f00:1,                              the same in hexadecimal,           OWN",
        "::ffff:10.1.2.3,                            mapped private,                    OWN",
        "::ffff:169.254.169.254,                     mapped metadata,                   FORBIDDEN",
        "::ffff:0.0.0.0,                             mapped unspecified,                FORBIDDEN",
        "::ffff:8.8.8.8,                             mapped public,                     PUBLIC",
        "64:ff9b::127.0.0.1,                         NAT64 to loopback,                 OWN",
        "64:ff9b::192.168.0.1,                       NAT64 to private,                  OWN",
        "64:ff9b::a9fe:a9fe,                         NAT64 to metadata,                 FORBIDDEN",
        "64:ff9b::224.0.0.1,                         NAT64 to multicast,                FORBIDDEN",
        "64:ff9b::8.8.8.8,                           NAT64 to public,                   PUBLIC",
        "64:ff9b:1::8.8.8.8,                         NAT64 of a prefix of one's own,    FORBIDDEN",
        "64:ff9b:1::127.0.0.1,                       the same to loopback,              FORBIDDEN",
        "::127.0.0.1,                                IPv4-compatible loopback,          FORBIDDEN",
        "::169.254.169.254,                          IPv4-compatible metadata,          FORBIDDEN",
        "::8.8.8.8,                                  IPv4-compatible public,            FORBIDDEN",
        "::ffff:0:127.0.0.1,                         IPv4-translated loopback,          FORBIDDEN",
        "2002:7f00:1::1,                             6to4 of loopback,                  FORBIDDEN",
        "2002:a9fe:a9fe::,                           6to4 of metadata,                  FORBIDDEN",
        "2002:808:808::1,                            6to4 of public,                    FORBIDDEN",
        "2001:0:808:808:0:0:80ff:fffe,               Teredo of loopback,                FORBIDDEN",
        "2001:0:7f00:1::,                            Teredo by a server on loopback,    FORBIDDEN"})
    void wrapped(String address, String what, Kind kind) throws UnknownHostException {
        assertEquals(kind, AddressRule.judge(InetAddress.getByName(address)).kind(), what);
    }

    @Test
    @DisplayName("judges a mapped address alike where Java has left it 16 bytes long")
    void mappedBytes() {
        byte[] mapped = new byte[16];
        mapped[10] = mapped[11] = (byte) 0xff;
        mapped[12] = 127;
        mapped[15] = 1;
        assertEquals(OWN, AddressRule.judge(mapped).kind());
        mapped[12] = (byte) 169;
        mapped[13] = (byte) 254;
        assertEquals(FORBIDDEN, AddressRule.judge(mapped).kind());
        mapped[12] = mapped[13] = 8;
        assertEquals(PUBLIC, AddressRule.judge(mapped).kind());
    }

    @Test
    @DisplayName("calls no address public that Java knows to be special, over a million of them")
    void agreesWithJava() throws UnknownHostException {
        Random random = new Random(7);
        byte[][] addresses = {new byte[4], new byte[16]};
        for (int i = 0; i < 1_000_000; i++) {
            byte[] bytes = addresses[i % 2];
            random.nextBytes(bytes);
            InetAddress address = InetAddress.getByAddress(bytes);
            if (address.isAnyLocalAddress() || address.isLinkLocalAddress() || address.isLoopbackAddress()
                    || address.isMulticastAddress() || address.isSiteLocalAddress()) {
                assertEquals(false, AddressRule.judge(address).kind() == PUBLIC, address::getHostAddress);
            }
        }
    }
}
