package dev.prosa.egress;

import dev.prosa.egress.EgressException.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
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
 * <li>http and https only, no redirects, no proxies, no credentials in the address;
 * <li>another attempt only when the first cannot have had an effect: no connection was made, or the endpoint answered
 *     408, 429, 500, 502, 503 or 504.
 * </ul>
 *
 * <p>It speaks HTTP/1.1 over a socket of its own. {@code HttpURLConnection} cannot keep the total time: its
 * {@code disconnect()} waits for the lock that a reader of a dribbled chunk header holds (measured: 8 s instead of 1 s,
 * and as long as the server likes). It also hides the body of a 401 and may send a POST twice. {@code java.net.http} is
 * not there inside PL/Java. Immutable and thread-safe.
 */
public final class Egress {

    /** The largest answer where nothing else is said: 32 MiB. */
    public static final long DEFAULT_MAX_ANSWER_BYTES = 32L << 20;

    private final long maxAnswerBytes;
    private final Optional<SSLSocketFactory> tls;

    /** A client with the default limit of the answer's size. */
    public Egress() {
        this(DEFAULT_MAX_ANSWER_BYTES);
    }

    /**
     * A client with another limit.
     *
     * @param maxAnswerBytes the largest body accepted, in bytes, after decompression
     */
    public Egress(long maxAnswerBytes) {
        this(maxAnswerBytes, Optional.empty());
    }

    /** A client that trusts other certificates than the JDK does. */
    Egress(long maxAnswerBytes, Optional<SSLSocketFactory> tls) {
        this.maxAnswerBytes = maxAnswerBytes;
        this.tls = tls;
    }

    /**
     * Posts a JSON document and gives the answer, whatever its status, after the last attempt.
     *
     * @throws EgressException when no usable answer came; {@link EgressException#reason()} says why
     */
    public Answer post(Post post) {
        check(post.uri());
        Deadline deadline = Deadline.in(post.timeout());
        try {
            return attempts(post, deadline);
        } catch (SecurityException e) {
            throw new EgressException(Reason.DENIED, "the Java policy does not allow a connection to "
                    + origin(post.uri()) + " (" + e.getMessage()
                    + "): name prosa.policy in pljava.policy_urls", e);
        }
    }

    private Answer attempts(Post post, Deadline deadline) {
        Exchange exchange = new Exchange(post, deadline, maxAnswerBytes, tls);
        for (int attempt = 1; attempt < post.maxAttempts(); attempt++) {
            Duration wait = backoff(post.retryDelay(), attempt);
            try {
                Answer answer = exchange.run();
                if (!mayPass(answer.status())) {
                    return answer;
                }
                wait = answer.retryAfter().filter(asked -> !asked.isZero()).orElse(wait);
                // Waiting past the deadline would only turn what is known now into a timeout.
                if (wait.compareTo(deadline.remaining()) >= 0) {
                    return answer;
                }
            } catch (EgressException e) {
                if (!e.isUnsent() || wait.compareTo(deadline.remaining()) >= 0) {
                    throw e;
                }
            }
            sleep(wait, post.uri());
        }
        return exchange.run();
    }

    /**
     * Checks that an address can be used at all: http or https, a host, no credentials, a port that exists.
     *
     * @throws EgressException {@link Reason#INVALID} with what is wrong
     */
    public static void check(URI uri) {
        boolean http = "http".equalsIgnoreCase(uri.getScheme());
        if (!http && !isTls(uri)) {
            throw new EgressException(Reason.INVALID, "the address must begin with http:// or https://");
        }
        if (uri.getRawUserInfo() != null
                || uri.getRawAuthority() != null && uri.getRawAuthority().indexOf('@') >= 0) {
            throw new EgressException(Reason.INVALID,
                    "the address must not hold a user name or password: put the key into a secret");
        }
        if (uri.getHost() == null) {
            throw new EgressException(Reason.INVALID, "the address has no valid host name (letters, digits, '-', '.')");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw new EgressException(Reason.INVALID, "the address has a port that does not exist");
        }
    }

    /** Scheme, host and port of an address, for messages: its path and query may say more than others should read. */
    public static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
    }

    static boolean isTls(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    private static boolean mayPass(int status) {
        return switch (status) {
            case 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    /** Doubles with each attempt, half of it random, so that many callers do not come back at the same moment. */
    private static Duration backoff(Duration first, int attempt) {
        double full = first.toMillis() * Math.pow(2, Math.min(attempt - 1, 20));
        return Duration.ofMillis((long) (full * (0.5 + 0.5 * ThreadLocalRandom.current().nextDouble())));
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
