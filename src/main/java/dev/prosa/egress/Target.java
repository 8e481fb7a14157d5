package dev.prosa.egress;

import dev.prosa.egress.EgressException.Reason;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where an address leads. A host has one form only, so that what is compared with a list, looked up and connected to is
 * the same text: a name of ASCII labels without a trailing dot, four decimal numbers, or IPv6 in brackets without a zone.
 * Other forms that some reader of addresses understands ({@code 2130706433}, {@code 0x7f000001}, {@code 0177.0.0.1},
 * {@code 127.1}, percent-encoding, full-width digits) are refused, not interpreted.
 *
 * @param isTls whether it is https
 * @param host  the host in lower case, as in the address
 * @param port  the port, the scheme's own where the address names none
 */
record Target(boolean isTls, String host, int port) {

    private static final int MAX_HOST = 253;
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    /** The last label begins with a letter: all that ends in a number is an address to somebody. */
    private static final Pattern NAME = Pattern.compile("(?:" + LABEL + "\\.)*(?=[a-z])" + LABEL);
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile("(?:" + OCTET + "\\.){3}" + OCTET);
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]{2,45}\\]");

    /**
     * Reads an address.
     *
     * @throws EgressException {@link Reason#INVALID} with what is wrong: not http or https, credentials, a host of another
     *                         form, a port that does not exist
     */
    static Target of(URI uri) {
        boolean isTls = "https".equalsIgnoreCase(uri.getScheme());
        if (!isTls && !"http".equalsIgnoreCase(uri.getScheme())) {
            throw invalid("the address must begin with http:// or https://");
        }
        if (uri.getRawUserInfo() != null
                || uri.getRawAuthority() != null && uri.getRawAuthority().indexOf('@') >= 0) {
            throw invalid("the address must not hold a user name or password: put the key into a secret");
        }
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        if (!isHost(host)) {
            throw invalid("the address has no valid host: write a name (letters, digits, '-' and '.', none at the end), "
                    + "four decimal numbers, or IPv6 in brackets");
        }
        int port = uri.getPort() >= 0 ? uri.getPort() : isTls ? 443 : 80;
        if (!isPort(port)) {
            throw invalid("the address has a port that does not exist");
        }
        return new Target(isTls, host, port);
    }

    /** Whether a text in lower case is a host of the one form. */
    static boolean isHost(String host) {
        return host.length() <= MAX_HOST
                && (NAME.matcher(host).matches() || IPV4.matcher(host).matches() || IPV6.matcher(host).matches());
    }

    static boolean isPort(int port) {
        return port >= 1 && port <= 65_535;
    }

    /** Whether the host is an address already and needs no look-up. */
    boolean isLiteral() {
        return host.startsWith("[") || IPV4.matcher(host).matches();
    }

    /** Whether the host is one of the three texts that mean this machine. */
    boolean isThisMachine() {
        return host.equals("127.0.0.1") || host.equals("[::1]") || host.equals("localhost");
    }

    String hostAndPort() {
        return host + ":" + port;
    }

    /** The host as a certificate names it. */
    String tlsName() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static EgressException invalid(String message) {
        return new EgressException(Reason.INVALID, message);
    }
}
