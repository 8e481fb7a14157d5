package dev.prosa.egress;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * A JSON document to post.
 *
 * @param uri         where to, http or https
 * @param policy      on whose behalf, and where the call may go
 * @param headers     further headers, such as an authorization; they are never logged nor part of any message
 * @param json        the document
 * @param timeout     the total time for all attempts and the waits between them
 * @param maxAttempts how many requests may be sent at most, at least 1
 * @param retryDelay  the wait before the second attempt; doubles with each further one up to 30 s, with jitter, unless
 *                    the endpoint says how long to wait
 */
public record Post(URI uri, EgressPolicy policy, Map<String, String> headers, String json, Duration timeout,
                   int maxAttempts, Duration retryDelay) {

    public Post {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(policy, "policy");
        headers = Map.copyOf(headers);
        Objects.requireNonNull(json, "json");
        Objects.requireNonNull(timeout, "timeout");
        Objects.requireNonNull(retryDelay, "retryDelay");
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, not " + maxAttempts);
        }
    }

    /** Where to and how long; neither headers nor document. */
    @Override
    public String toString() {
        return "Post[" + Egress.origin(uri) + ", " + timeout + "]";
    }
}
