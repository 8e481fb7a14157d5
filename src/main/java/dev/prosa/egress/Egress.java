package dev.prosa.egress;

import dev.prosa.egress.Circuits.Health;
import dev.prosa.egress.EgressException.Reason;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLSocketFactory;

/**
 * The one HTTP client: everything that leaves goes through here. It posts JSON and keeps to limits that nothing at the
 * other end can stretch:
 *
 * <ul>
 * <li>a total time for name resolution, connects, handshakes, sending, receiving, retries and waits together, kept even
 *     against a server that sends one byte now and then, because a PostgreSQL backend cannot cancel Java code;
 * <li>a largest answer, counted after decompression;
 * <li>https only, but for this machine and listed hosts; no redirects, no proxies, no credentials in the address;
 * <li>public addresses only, but for this machine and listed hosts ({@link EgressPolicy});
 * <li>8 requests at a time to one host and port, the others waiting their turn;
 * <li>another attempt only when the first cannot have had an effect: no connection was made, or the endpoint answered
 *     408, 429, 500, 502, 503 or 504;
 * <li>no call at all to an endpoint that has failed five calls of the same tenant in a row, for 5 s at first, twice as long
 *     each time it fails again, up to 5 minutes ({@link Circuits}).
 * </ul>
 *
 * <p>It speaks HTTP/1.1 over a socket of its own. {@code HttpURLConnection} cannot keep the total time: its
 * {@code disconnect()} waits for the lock that a reader of a dribbled chunk header holds (measured: 8 s instead of 1 s,
 * and as long as the server likes). It also hides the body of a 401 and may send a POST twice. {@code java.net.http} is
 * not there inside PL/Java. Thread-safe; a process has one, since calls and circuits are counted in it.
 */
public final class Egress {

    /** The largest answer where nothing else is said: 32 MiB. */
    public static final long DEFAULT_MAX_ANSWER_BYTES = 32L << 20;

    /** Requests at a time to one host and port where nothing else is said: 8. */
    public static final int DEFAULT_CALLS_PER_HOST = 8;

    /** The longest wait between two attempts; an endpoint that asks for more is not waited for. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final int FAILURES_TO_OPEN = 5;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final long maxAnswerBytes;
    private final Slots slots;
    private final Optional<Circuits> circuits;
    private final Resolver.Lookup lookup;
    private final Optional<SSLSocketFactory> tls;

    /** A client with the default limits. */
    public Egress() {
        this(DEFAULT_CALLS_PER_HOST);
    }

    /**
     * A client with another limit of calls.
     *
     * @param callsPerHost requests at a time to one host and port, at least 1
     */
    public Egress(int callsPerHost) {
        this(DEFAULT_MAX_ANSWER_BYTES, callsPerHost, Optional.of(standardCircuits()), InetAddress::getAllByName, Optional.empty());
    }

    /** A client of another answer size, other circuits or none, another way to look names up, or other trusted certificates. */
    Egress(long maxAnswerBytes, int callsPerHost, Optional<Circuits> circuits, Resolver.Lookup lookup,
            Optional<SSLSocketFactory> tls) {
        this.maxAnswerBytes = maxAnswerBytes;
        this.slots = new Slots(callsPerHost);
        this.circuits = circuits;
        this.lookup = lookup;
        this.tls = tls;
    }

    /**
     * A client that never leaves an endpoint alone, for a caller that has circuits of its own.
     *
     * @param callsPerHost requests at a time to one host and port, at least 1
     */
    public static Egress withoutCircuits(int callsPerHost) {
        return new Egress(DEFAULT_MAX_ANSWER_BYTES, callsPerHost, Optional.empty(), InetAddress::getAllByName, Optional.empty());
    }

    static Circuits standardCircuits() {
        return new Circuits(FAILURES_TO_OPEN, FIRST_PAUSE, LONGEST_PAUSE);
    }

    /**
     * Posts a JSON document and gives the answer, whatever its status, after the last attempt.
     *
     * @throws EgressException when no usable answer came; {@link EgressException#reason()} says why
     */
    public Answer post(Post post) {
        Target target = Target.of(post.uri());
        post.policy().check(target);
        return circuits.isEmpty() ? permitted(post, target) : counted(post, target, circuits.get());
    }

    /** A call whose end says whether the endpoint works. */
    private Answer counted(Post post, Target target, Circuits circuits) {
        String circuit = post.policy().tenant().map(UUID::toString).orElse("") + " " + origin(post.uri());
        circuits.enter(circuit).ifPresent(left -> {
            throw EgressException.open(origin(post.uri()) + " has failed again and again and is left alone for another "
                    + (left.toMillis() + 999) / 1000 + " s", left);
        });
        Health health = Health.UNKNOWN;
        Optional<Duration> asked = Optional.empty();
        try {
            Answer answer = permitted(post, target);
            health = answer.status() >= 500 || mayPass(answer.status()) ? Health.FAILS : Health.WORKS;
            asked = answer.retryAfter();
            return answer;
        } catch (EgressException e) {
            health = e.reason().health();
            throw e;
        } finally {
            circuits.report(circuit, health, asked);
        }
    }

    private Answer permitted(Post post, Target target) {
        try {
            return attempts(post, target, Deadline.in(post.timeout()));
        } catch (SecurityException e) {
            throw new EgressException(Reason.DENIED, "the Java policy does not allow a connection to "
                    + origin(post.uri()) + " (" + e.getMessage()
                    + "): name prosa.policy in pljava.policy_urls", e);
        }
    }

    /** An answer that came is told rather than that a later attempt did not get through: it may say when to come again. */
    private Answer attempts(Post post, Target target, Deadline deadline) {
        Exchange exchange = new Exchange(post, deadline, maxAnswerBytes, lookup, tls);
        Optional<Answer> known = Optional.empty();
        for (int attempt = 1;; attempt++) {
            boolean isLast = attempt >= post.maxAttempts();
            Duration wait = backoff(post.retryDelay(), attempt, ThreadLocalRandom.current().nextDouble());
            try {
                Answer answer = inTurn(exchange, target, deadline);
                wait = answer.retryAfter().filter(asked -> !asked.isZero()).orElse(wait);
                // Waiting past the deadline would only turn what is known now into a timeout.
                if (isLast || !mayPass(answer.status()) || wait.compareTo(deadline.remaining()) >= 0
                        || wait.compareTo(MAX_WAIT) > 0) {
                    return answer;
                }
                known = Optional.of(answer);
            } catch (EgressException e) {
                if (!e.isUnsent()) {
                    throw e;
                }
                if (isLast || wait.compareTo(deadline.remaining()) >= 0) {
                    return known.orElseThrow(() -> e);
                }
            }
            sleep(wait, post.uri());
        }
    }

    private Answer inTurn(Exchange exchange, Target target, Deadline deadline) {
        slots.enter(target.hostAndPort(), deadline);
        try {
            return exchange.run();
        } finally {
            slots.leave(target.hostAndPort());
        }
    }

    /** Scheme, host and port of an address, for messages: its path and query may say more than others should read. */
    public static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    private static boolean mayPass(int status) {
        return switch (status) {
            case 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    /**
     * Doubles with each attempt up to half a minute, half of it random, so that many callers do not come back at the same
     * moment.
     */
    static Duration backoff(Duration first, int attempt, double random) {
        double full = Math.min(first.toMillis() * Math.pow(2, Math.min(attempt - 1, 20)), MAX_WAIT.toMillis());
        return Duration.ofMillis((long) (full * (0.5 + 0.5 * random)));
    }

    private static void sleep(Duration time, URI uri) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EgressException(Reason.INTERRUPTED,
                    "interrupted while waiting to call " + origin(uri) + " again", e);
        }
    }
}
