package dev.prosa.worker;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

import dev.prosa.egress.Egress;
import dev.prosa.provider.CallOptions;
import dev.prosa.provider.Embeddings;
import dev.prosa.provider.Provider;
import dev.prosa.provider.ProviderConfig;
import dev.prosa.provider.ProviderException;
import dev.prosa.provider.TenantSecrets;
import dev.prosa.worker.EmbeddingQueue.Fault;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Embeds claimed items. What it does with a failure:
 *
 * <ul>
 * <li>429, 503, no connection, a wrong key or address: the endpoint is at fault. The items go back, no attempt is counted,
 *     and nobody calls the endpoint for as long as it asks, or for 30 s, longer each time;
 * <li>a refusal of the input (other 4xx): the batch is halved until the item at fault stands alone, and it alone fails;
 * <li>5xx, no answer in time, a malformed answer: the endpoint is asked for one word. If it answers, an item of the batch is
 *     at fault and is looked for in the same way; if it does not, the endpoint is at fault.
 * </ul>
 *
 * <p>Which endpoints are left alone stands in the database, for all workers and sessions together; the circuits of {@link Egress},
 * which cannot know an item's fault from an endpoint's, are not used. {@code _embed_step()} does the same inside the database.
 * Thread-safe.
 */
final class Embedder {

    private static final Logger LOG = LoggerFactory.getLogger(Embedder.class);

    private static final Duration LONGEST_CHECK = Duration.ofSeconds(5);
    private static final List<String> CHECK = List.of("ok");

    private final EmbeddingQueue queue;
    private final Egress egress;
    private final Semaphore turns;
    private final TenantSecrets secrets;
    private final Clock clock;
    private final Duration budget;
    /** The last time that an endpoint was at fault: whoever waits to call it need not find out again. */
    private volatile Failure lastFailure = new Failure("", Instant.MIN);

    private record Failure(String provider, Instant at) {
    }

    /**
     * An embedder.
     *
     * @param queue   where the items come from and go to
     * @param secrets the tenants' API keys
     * @param lease   how long a claim holds; work on one claim ends well before
     * @param calls   how many calls may be under way at the same time, also to one endpoint; who claims beyond that waits
     */
    Embedder(EmbeddingQueue queue, TenantSecrets secrets, Duration lease, int calls, Clock clock) {
        this.queue = queue;
        this.secrets = secrets;
        this.egress = Egress.withoutCircuits(calls);
        this.turns = new Semaphore(calls, true);
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
        return queue.claim(batchSize).map(claim -> new Batch(claim).embed(claim.items()));
    }

    /** The work on one claim. */
    private final class Batch {

        private final Claim claim;
        private final Instant start = clock.instant();
        /** Whether the endpoint has embedded something of this claim, so that a failure is an item's. */
        private boolean isAlive;
        /** Whether the endpoint, or the space, is known to take nothing of this claim. */
        private boolean isOver;
        private String overReason = "";

        Batch(Claim claim) {
            this.claim = claim;
        }

        Outcome embed(List<ClaimedItem> items) {
            if (isOver) {
                return giveBack(items, overReason, Fault.NOBODY, Optional.empty());
            }
            Supplier<Outcome> rest;
            // as long as another's calls take, which is less than the lease
            turns.acquireUninterruptibly();
            try {
                rest = attempt(items);
            } finally {
                turns.release();
            }
            return rest.get();
        }

        /** Calls the endpoint and judges what came, all of it in one turn; gives what may be done in the database after it. */
        private Supplier<Outcome> attempt(List<ClaimedItem> items) {
            Failure failure = lastFailure;
            if (left().isZero() || failure.provider().equals(claim.provider()) && failure.at().isAfter(start)) {
                return () -> giveBack(items, "the batch took too long, or its endpoint failed meanwhile; it is tried again", Fault.NOBODY,
                        Optional.empty());
            }
            try {
                ProviderConfig config = ProviderConfig.parse(claim.provider());
                Embeddings answer = call(config, items.stream().map(ClaimedItem::content).toList(), config.timeout());
                return () -> store(items, answer);
            } catch (ProviderException e) {
                boolean isItemFault = switch (e.fault()) {
                    case ITEM -> true;
                    case ENDPOINT -> false;
                    case UNKNOWN -> isAlive || answers();
                };
                if (isItemFault) {
                    isAlive = true;
                    return () -> isolate(items, e.getMessage());
                }
                LOG.warn("embedding endpoint of tenant {} is left alone: {}", claim.tenantId(), e.getMessage());
                lastFailure = new Failure(claim.provider(), clock.instant());
                // before the turn ends: whoever gives a batch back in the next one finds in the database not to claim it again
                Outcome outcome = over(items, e.getMessage(), Fault.ENDPOINT, e.pause());
                return () -> outcome;
            }
        }

        private Embeddings call(ProviderConfig config, List<String> texts, Duration timeout) {
            // once: the queue tries again
            Embeddings answer = Provider.of(config, egress, secrets).embed(texts, new CallOptions(shorter(left(), timeout), 1, Duration.ZERO));
            isAlive = true;
            return answer;
        }

        private Duration left() {
            Duration left = Duration.between(clock.instant(), start.plus(budget));
            return left.isNegative() ? Duration.ZERO : left;
        }

        private Outcome store(List<ClaimedItem> items, Embeddings answer) {
            try {
                queue.store(claim.tenantId(), answer.model(), items, answer.vectors(), answer.inputTokens());
            } catch (JdbiException e) {
                // the database answered, and refuses these vectors: another model than the tenant's space has, say
                String message = DatabaseFailures.dataError(e).map(SQLException::getMessage).orElseThrow(() -> e);
                LOG.warn("vectors of tenant {} refused: {}", claim.tenantId(), message);
                // the endpoint is fine, and other tenants may use it
                return over(items, message, Fault.SPACE, Optional.empty());
            }
            if (claim.isProbe()) {
                queue.closeCircuit(claim);
            }
            return new Outcome(items.size(), 0, 0);
        }

        /** An item of these is at fault. */
        private Outcome isolate(List<ClaimedItem> items, String reason) {
            if (items.size() > 1) {
                int middle = items.size() / 2;
                return embed(items.subList(0, middle)).plus(embed(items.subList(middle, items.size())));
            }
            queue.fail(claim, items, reason, Fault.ITEM, Optional.empty());
            return new Outcome(0, 1, 0);
        }

        /** Whether the endpoint embeds a word that is certainly not at fault. */
        private boolean answers() {
            try {
                ProviderConfig config = ProviderConfig.parse(claim.provider());
                call(config, CHECK, shorter(config.timeout(), LONGEST_CHECK));
                return true;
            } catch (ProviderException e) {
                LOG.debug("nor does it embed a word: {}", e.getMessage());
                return false;
            }
        }

        private Outcome over(List<ClaimedItem> items, String reason, Fault fault, Optional<Duration> pause) {
            isOver = true;
            overReason = reason;
            return giveBack(items, reason, fault, pause);
        }

        private Outcome giveBack(List<ClaimedItem> items, String reason, Fault fault, Optional<Duration> pause) {
            queue.fail(claim, items, reason, fault, pause);
            return new Outcome(0, 0, items.size());
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
