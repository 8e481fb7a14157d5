package dev.prosa.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * What kind of address an address is: public, on one's own networks, or one that no endpoint has. After the IANA registries
 * of special-purpose addresses (RFC 6890 and later) and the clouds' documentation of their metadata services.
 *
 * <p>IPv6 is refused unless known to be public. An IPv4 address within an IPv4-mapped or a NAT64 address is judged as
 * itself, since that is where the connection ends. Other ways to wrap one (IPv4-compatible, 6to4, Teredo, a NAT64 prefix of
 * one's own, whose layout nobody else knows) are refused altogether: no endpoint has such an address.
 */
final class AddressRule {

    /** Who may connect to an address. */
    enum Kind {
        /** Anybody. */
        PUBLIC,
        /** Calls of a host that the operator has listed. */
        OWN,
        /** Nobody. */
        FORBIDDEN
    }

    /**
     * What was found.
     *
     * @param kind who may connect
     * @param what what the address is, for messages: "a private address"
     */
    record Verdict(Kind kind, String what) {
    }

    private record Range(byte[] prefix, int bits, Verdict verdict) {

        boolean holds(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += 8) {
                int mask = bits - bit >= 8 ? 0xff : 0xff << (8 - (bits - bit));
                if (((address[bit / 8] ^ prefix[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final String METADATA = "a metadata service of a cloud";
    private static final String LINK_LOCAL = "a link-local address, where clouds keep credentials";
    private static final String DOCUMENTATION = "an address for documentation";
    private static final String RESERVED = "a reserved address";
    private static final String WRAPPED = "an IPv4 address wrapped in IPv6";

    /** The first that holds an address decides. */
    private static final Range[] RANGES = {
        forbidden("0.0.0.0/8", "an unspecified address"),
        own("10.0.0.0/8", "a private address"),
        forbidden("100.100.100.200/32", METADATA),     // Alibaba
        own("100.64.0.0/10", "an address of a provider's own network (CGNAT)"),
        own("127.0.0.0/8", "a loopback address"),
        forbidden("168.63.129.16/32", METADATA),       // Azure
        forbidden("169.254.0.0/16", LINK_LOCAL),       // .169.254 of most clouds, .170.2 of containers
        own("172.16.0.0/12", "a private address"),
        forbidden("192.0.0.0/24", RESERVED),           // .192 is Oracle's metadata
        own("192.0.2.0/24", DOCUMENTATION),
        forbidden("192.88.99.0/24", RESERVED),         // relays of 6to4
        own("192.168.0.0/16", "a private address"),
        own("198.18.0.0/15", "an address for benchmarks"),
        own("198.51.100.0/24", DOCUMENTATION),
        own("203.0.113.0/24", DOCUMENTATION),
        forbidden("224.0.0.0/4", "a multicast address"),
        forbidden("255.255.255.255/32", "the broadcast address"),
        forbidden("240.0.0.0/4", RESERVED),
        range("0.0.0.0/0", Kind.PUBLIC, "a public address"),

        forbidden("::/128", "an unspecified address"),
        own("::1/128", "a loopback address"),
        forbidden("::/96", WRAPPED),                   // IPv4-compatible
        forbidden("64:ff9b:1::/48", WRAPPED),          // NAT64, a prefix of one's own
        forbidden("2001::/32", WRAPPED),               // Teredo
        forbidden("2001::/23", RESERVED),
        own("2001:db8::/32", DOCUMENTATION),
        forbidden("2002::/16", WRAPPED),               // 6to4
        own("3fff::/20", DOCUMENTATION),
        range("2000::/3", Kind.PUBLIC, "a public address"),
        forbidden("fd00:ec2::/32", METADATA),          // Amazon
        forbidden("fd20:ce::254/128", METADATA),       // Google
        forbidden("fd00:c1::a9fe:a9fe/128", METADATA), // Oracle
        forbidden("fd00:42::42/128", METADATA),        // Scaleway
        own("fc00::/7", "a private address"),
        forbidden("fe80::/10", LINK_LOCAL),
        forbidden("fec0::/10", "a site-local address"),
        forbidden("ff00::/8", "a multicast address"),
        forbidden("::/0", RESERVED)
    };

    private static final Range MAPPED = forbidden("::/80", WRAPPED);
    private static final Range NAT64 = forbidden("64:ff9b::/96", WRAPPED);

    private AddressRule() {
    }

    static Verdict judge(InetAddress address) {
        return judge(address.getAddress());
    }

    /** The same of 4 or 16 bytes. */
    static Verdict judge(byte[] address) {
        byte[] bytes = unwrapped(address);
        return Arrays.stream(RANGES).filter(range -> range.holds(bytes)).findFirst().orElseThrow().verdict();
    }

    /** The IPv4 address within an IPv4-mapped or NAT64 address, else the address itself. */
    private static byte[] unwrapped(byte[] address) {
        // InetAddress turns a mapped address into IPv4 itself; its prefix cannot be written as text for that reason.
        boolean isMapped = MAPPED.holds(address) && address[10] == (byte) 0xff && address[11] == (byte) 0xff;
        return isMapped || NAT64.holds(address) ? Arrays.copyOfRange(address, 12, 16) : address;
    }

    private static Range own(String cidr, String what) {
        return range(cidr, Kind.OWN, what);
    }

    private static Range forbidden(String cidr, String what) {
        return range(cidr, Kind.FORBIDDEN, what);
    }

    private static Range range(String cidr, Kind kind, String what) {
        String[] parts = cidr.split("/");
        try {
            // A literal: nothing is looked up.
            byte[] prefix = InetAddress.getByName(parts[0]).getAddress();
            return new Range(prefix, Integer.parseInt(parts[1]), new Verdict(kind, what));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(cidr, e);
        }
    }
}
