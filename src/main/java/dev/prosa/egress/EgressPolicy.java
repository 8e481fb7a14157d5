package dev.prosa.egress;

import dev.prosa.egress.AddressRule.Kind;
import dev.prosa.egress.AddressRule.Verdict;
import dev.prosa.egress.EgressException.Reason;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * On whose behalf a call is made, and where it may go. To every public address over https. Beyond that:
 *
 * <ul>
 * <li>this machine, when the host is literally {@code 127.0.0.1}, {@code [::1]} or {@code localhost}, http too; but never
 *     its {@code refusedPorts}, under whatever name or address;
 * <li>a listed host: http too, and addresses of one's own networks: loopback, private, provider-internal (CGNAT) and those
 *     for documentation and benchmarks. A list never opens link-local addresses, metadata services, multicast and what else
 *     no endpoint has ({@link AddressRule}).
 * </ul>
 *
 * <p>A host of which one address is refused is refused as a whole: an answer of the name service that mixes public and
 * internal addresses is how a name is bound again behind a check. Immutable and thread-safe.
 *
 * @param tenant       whose call it is; empty for the platform's own
 * @param allowedHosts {@code host} or {@code host:port}, compared with the address's host exactly but for case; IPv6 in
 *                     brackets; no wildcards
 * @param refusedPorts ports of this machine that are nobody's endpoint: the database server's own
 */
public record EgressPolicy(Optional<UUID> tenant, Set<String> allowedHosts, Set<Integer> refusedPorts) {

    /** Public addresses and this machine, for no tenant. */
    public static final EgressPolicy DEFAULT = new EgressPolicy(Optional.empty(), Set.of(), Set.of());

    /** @throws EgressException {@link Reason#INVALID} when a host or a port is not one */
    public EgressPolicy {
        Objects.requireNonNull(tenant, "tenant");
        allowedHosts = allowedHosts.stream().map(host -> host.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
        refusedPorts = Set.copyOf(refusedPorts);
        if (!allowedHosts.stream().allMatch(EgressPolicy::isEntry)) {
            throw new EgressException(Reason.INVALID,
                    "an allowed host must be a host or host:port, without scheme, path and wildcards");
        }
        if (!refusedPorts.stream().allMatch(Target::isPort)) {
            throw new EgressException(Reason.INVALID, "a refused port must be from 1 to 65535");
        }
    }

    private static boolean isEntry(String entry) {
        String host = entry.replaceFirst(":[0-9]{1,5}$", "");
        return Target.isHost(host)
                && (host.length() == entry.length() || Target.isPort(Integer.parseInt(entry.substring(host.length() + 1))));
    }

    /**
     * Checks what can be known of an address without looking its host up.
     *
     * @throws EgressException {@link Reason#INVALID} when it is none that can be called, or http to a host that is neither
     *                         this machine nor listed
     */
    public void check(URI uri) {
        check(Target.of(uri));
    }

    void check(Target target) {
        if (!target.isTls() && !target.isThisMachine() && !isListed(target)) {
            throw new EgressException(Reason.INVALID, "http:// is for this machine (127.0.0.1, [::1], localhost) and for "
                    + "listed hosts: use https://, or list \"" + target.hostAndPort() + "\" in egress_allowed_hosts");
        }
    }

    /**
     * Checks all that a host resolved to.
     *
     * @throws EgressException {@link Reason#REFUSED} when one of the addresses is not to be connected to
     */
    void check(Target target, InetAddress[] addresses) {
        for (InetAddress address : addresses) {
            check(target, address);
        }
    }

    private void check(Target target, InetAddress address) {
        Verdict verdict = AddressRule.judge(address);
        if (target.isThisMachine()) {
            if (!address.isLoopbackAddress()) {
                throw refused(target, address, "which is not this machine");
            }
        } else if (verdict.kind() == Kind.FORBIDDEN) {
            throw refused(target, address, verdict.what());
        } else if (verdict.kind() == Kind.OWN && !isListed(target)) {
            throw refused(target, address, verdict.what() + ": if it is an endpoint of yours, list \""
                    + target.hostAndPort() + "\" in egress_allowed_hosts");
        }
        if (refusedPorts.contains(target.port()) && isOfThisMachine(address)) {
            throw refused(target, address, "this machine, whose port " + target.port() + " is the database server's");
        }
    }

    private boolean isListed(Target target) {
        return allowedHosts.contains(target.host()) || allowedHosts.contains(target.hostAndPort());
    }

    private static boolean isOfThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            // Not known: then it may be.
            return true;
        }
    }

    private static EgressException refused(Target target, InetAddress address, String why) {
        return new EgressException(Reason.REFUSED, "no call to " + target.hostAndPort() + ": "
                + (target.isLiteral() ? "it is " : "it resolves to " + address.getHostAddress() + ", ") + why);
    }
}
