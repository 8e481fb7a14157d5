package dev.prosa.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Resolves a host name within a deadline. The system's resolver can take half a minute and cannot be stopped, so it gets
 * a thread of its own, which ends when the resolver does; like {@link Watchdog} it loads no class.
 */
final class Resolver extends Thread {

    /** How names become addresses. */
    interface Lookup {
        /** All addresses of a host. */
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final Lookup lookup;
    private final String host;
    private volatile InetAddress[] addresses;
    private volatile Exception failure;

    private Resolver(Lookup lookup, String host) {
        super("prosa-resolver");
        setDaemon(true);
        this.lookup = lookup;
        this.host = host;
    }

    /**
     * The addresses of a host, in the order to try them.
     *
     * @throws EgressException when there are none, or not in time
     */
    static InetAddress[] resolve(Target target, Lookup lookup, Deadline deadline) {
        String host = target.host();
        Resolver resolver = new Resolver(lookup, host);
        if (target.isLiteral()) {
            // It needs no look-up, hence no thread.
            resolver.run();
        } else {
            resolver.start();
            resolver.await(deadline);
        }
        if (resolver.addresses != null) {
            return resolver.addresses;
        }
        if (resolver.failure instanceof SecurityException denied) {
            throw denied;
        }
        if (resolver.failure instanceof UnknownHostException unknown) {
            throw EgressException.unsent(EgressException.Reason.CONNECT, "no such host: " + host, unknown);
        }
        throw new EgressException(EgressException.Reason.DEADLINE,
                "the time was over before the name of the host " + host + " was resolved");
    }

    @Override
    public void run() {
        try {
            addresses = lookup.addresses(host);
        } catch (UnknownHostException | SecurityException e) {
            failure = e;
        }
    }

    private void await(Deadline deadline) {
        try {
            join(deadline.remainingMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EgressException(EgressException.Reason.INTERRUPTED,
                    "interrupted while the name of the host " + host + " was resolved", e);
        }
    }
}
