package dev.prosa.worker;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import dev.prosa.egress.Circuits;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.egress.Circuits;
import dev.prosa.egress.Egress;
import dev.prosa.provider.CallOptions;
import dev.prosa.provider.Embeddings;
import dev.prosa.provider.Provider;
import dev.prosa.provider.ProviderConfig;
import dev.prosa.provider.ProviderException;
import dev.prosa.provider.TenantSecrets;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embeds claimed items. What it does with a failure:
 *
 * <ul>
 * <li>429, 503: the items go back for as long as the endpoint asks; no attempt is counted;
 * <li>no connection, a wrong key or address: the same, for 30 s, longer each time: the items are not at fault;
 * <li>a refusal of the input (other 4xx): the batch is halved until the item at fault stands alone, and it alone fails;
 * <li>5xx, no answer in time, a malformed answer: two items are tried alone. If one goes through, an item of the batch is
 *     at fault and is looked for in the same way; if none does, the endpoint is, and the items wait. An item that was
 *     claimed alone fails.
 * </ul>
 *
 * <p>What must wait is left alone by {@link Circuits} of its own, so one tenant's dead endpoint does not keep the others
 * waiting: batches that the queue still gives go back at once. A single failure opens a circuit, since it is known by then
 * not to be an item's. Those of {@link Egress}, which cannot know that, are not used. Thread-safe.
 */
final class Embedder {

    private static final Logger LOG = LoggerFactory.getLogger(Embedder.class);

    private static final JsonMapper JSON = new JsonMapper();

    private static final Duration ENDPOINT_DOWN_WAIT = Duration.ofSeconds(30);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
    private static final Duration RATE_LIMIT_WAIT = Duration.ofSeconds(10);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);
    private static final int MAX_ATTEMPTS = 2;
    private static final int PROBES = 2;

    private final EmbeddingQueue queue;
    private final Egress egress;
    private final TenantSecrets secrets;
    private final Clock clock;
    private final Duration budget;
    /** By endpoint, and by tenant for vectors that the database refuses. */
    private final Circuits circuits = new Circuits(1, ENDPOINT_DOWN_WAIT, LONGEST_WAIT);

    /**
     * An embedder.
     *
     * @param queue   where the items come from and go to
     * @param secrets the tenants' API keys
     * @param lease   how long a claim holds; work on one claim ends well before
     * @param threads how many may embed at the same time, also at one endpoint
     */
    Embedder(EmbeddingQueue queue, TenantSecrets secrets, Duration lease, int threads, Clock clock) {
        this.queue = queue;
        this.secrets = secrets;
        this.egress = Egress.withoutCircuits(threads);
        this.clock = clock;
        this.budget = lease.multipliedBy(3).dividedBy(4);
    }

    /**
     * Claims a batch and works on it.
     *
     * @return what became of it; absent when nothing was due
     * @throws JdbiException when the database fails
     */
    Optional<Outcome> runOnce(int batchSize) {
        return queue.claim(batchSize).map(this::work);
    }

    private Outcome work(Claim claim) {
        Batch batch = new Batch(claim, clock.instant().plus(budget));
        List<ClaimedItem> usable = new ArrayList<>();
        List<ClaimedItem> gone = new ArrayList<>();
        claim.items().forEach(item -> (item.content().filter(text -> !text.isBlank()).isPresent() ? usable : gone).add(item));
        Outcome outcome = Outcome.NONE;
        if (!gone.isEmpty()) {
            outcome = batch.fail(gone, "there is no text to embed: the item is gone or blank");
        }
        return usable.isEmpty() ? outcome : outcome.plus(batch.embed(usable));
    }

    /** The work on one claim. */
    private final class Batch {

        private final Claim claim;
        private final String endpoint;
        private final Instant deadline;
        /** Whether the endpoint has embedded something of this claim, so that a failure is an item's. */
        private boolean isAlive;

        Batch(Claim claim, Instant deadline) {
            this.claim = claim;
            this.endpoint = endpoint(claim.provider());
            this.deadline = deadline;
        }

        Outcome embed(List<ClaimedItem> items) {
            Optional<Duration> pause = circuits.remaining(endpoint).or(() -> circuits.remaining(tenant()));
            if (pause.isPresent()) {
                return giveBack(items, "the endpoint is paused after a failure", pause.get());
            }
            ProviderConfig config;
            try {
                config = ProviderConfig.parse(claim.provider());
            } catch (ProviderException e) {
                return pauseEndpoint(items, e);
            }
            try {
                return call(config, items, config.timeout());
            } catch (ProviderException e) {
                return items.size() == 1 ? failedAlone(items, e) : failedTogether(config, items, e);
            }
        }

        private Outcome call(ProviderConfig config, List<ClaimedItem> items, Duration timeout) {
            Duration left = Duration.between(clock.instant(), deadline);
            if (left.isNegative() || left.isZero()) {
                return giveBack(items, "the batch took too long; the rest is tried again", Duration.ZERO);
            }
            CallOptions options = new CallOptions(left.compareTo(timeout) < 0 ? left : timeout, MAX_ATTEMPTS, RETRY_DELAY);
            List<String> texts = items.stream().map(item -> item.content().orElseThrow()).toList();
            Embeddings answer = Provider.of(config, egress, secrets).embed(texts, options);
            isAlive = true;
            circuits.succeeded(endpoint);
            Outcome outcome = store(items, answer);
            if (outcome.embedded() > 0) {
                circuits.succeeded(tenant());
            }
            return outcome;
        }

        private Outcome store(List<ClaimedItem> items, Embeddings answer) {
            try {
                queue.store(claim.tenantId(), answer.model(), items, answer.vectors(), answer.inputTokens());
                return new Outcome(items.size(), 0, 0);
            } catch (JdbiException e) {
                // the database answered, and refuses these vectors: another model than the tenant's space has, say
                String message = DatabaseFailures.dataError(e).map(SQLException::getMessage).orElseThrow(() -> e);
                LOG.warn("vectors of tenant {} refused: {}", claim.tenantId(), message);
                // the endpoint is fine, and other tenants may use it
                return giveBack(items, message, circuits.failed(tenant(), Optional.empty()));
            }
        }

        private Outcome failedAlone(List<ClaimedItem> items, ProviderException e) {
            if (isEndpointFault(e)) {
                return pauseEndpoint(items, e);
            }
            return fail(items, e.getMessage());
        }

        private Outcome failedTogether(ProviderConfig config, List<ClaimedItem> items, ProviderException e) {
            if (isEndpointFault(e)) {
                return pauseEndpoint(items, e);
            }
            return e.isItemFault() || isAlive ? halves(items) : probe(config, items, e);
        }

        /** Tries single items, of random places: an item at fault that always came first would stop all others. */
        private Outcome probe(ProviderConfig config, List<ClaimedItem> items, ProviderException e) {
            List<ClaimedItem> shuffled = new ArrayList<>(items);
            Collections.shuffle(shuffled);
            for (ClaimedItem candidate : shuffled.subList(0, PROBES)) {
                try {
                    Outcome outcome = call(config, List.of(candidate), config.timeout());
                    List<ClaimedItem> others = items.stream().filter(item -> item != candidate).toList();
                    return outcome.plus(others.size() == 1 ? embed(others) : halves(others));
                } catch (ProviderException again) {
                    if (isEndpointFault(again)) {
                        return pauseEndpoint(items, again);
                    }
                }
            }
            return pauseEndpoint(items, e);
        }

        private Outcome halves(List<ClaimedItem> items) {
            int middle = items.size() / 2;
            return embed(items.subList(0, middle)).plus(embed(items.subList(middle, items.size())));
        }

        Outcome fail(List<ClaimedItem> items, String reason) {
            queue.fail(claim.tenantId(), items, reason, Optional.empty(), true);
            return new Outcome(0, items.size(), 0);
        }

        private Outcome pauseEndpoint(List<ClaimedItem> items, ProviderException e) {
            Duration wait = circuits.failed(endpoint, e.isRateLimited() ? e.retryAfter().or(() -> Optional.of(RATE_LIMIT_WAIT))
                    : Optional.empty());
            LOG.warn("embedding endpoint of tenant {} paused for {} s: {}", claim.tenantId(), wait.toSeconds(), e.getMessage());
            return giveBack(items, e.getMessage(), wait);
        }

        private String tenant() {
            return claim.tenantId().toString();
        }

        private Outcome giveBack(List<ClaimedItem> items, String reason, Duration wait) {
            queue.fail(claim.tenantId(), items, reason, Optional.of(wait), false);
            return new Outcome(0, 0, items.size());
        }
    }

    /** The endpoint and its key, whoever's items they serve: an endpoint that is down is down for all of its tenants. */
    private static String endpoint(String provider) {
        try {
            if (JSON.readTree(provider) instanceof ObjectNode json
                    && !(json.hasNonNull("secret") && "tenant".equals(json.path("secret_scope").textValue()))) {
                return json.without("tenant_id").toString();
            }
        } catch (JsonProcessingException e) {
            // said when it is used
            LOG.debug("a provider that is no JSON", e);
        }
        return provider;
    }

    /** Whether another input would have fared no better. */
    private static boolean isEndpointFault(ProviderException e) {
        return switch (e.sqlState()) {
            // rate limit, no connection, wrong settings, not allowed to connect
            case "53000", "08001", "22023", "42501" -> true;
            // a refusal that is not about the input: 401, 403, 404, a redirect
            case "08004" -> !e.isItemFault();
            default -> false;
        };
    }
}
