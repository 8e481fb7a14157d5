package dev.prosa.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.provider.Vectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.postgresql.util.PGobject;

/** The queue as the database keeps it. Every method is one transaction. Thread-safe. */
final class EmbeddingQueue {

    private final Jdbi jdbi;
    private final Duration lease;

    /**
     * A view of the queue.
     *
     * @param jdbi  connections of the login prosa_jobs, in autocommit mode
     * @param lease how long a claim holds its items
     */
    EmbeddingQueue(Jdbi jdbi, Duration lease) {
        this.jdbi = jdbi;
        this.lease = lease;
    }

    /** Takes items of one tenant; absent when none is due. */
    Optional<Claim> claim(int batchSize) {
        return jdbi.withHandle(handle -> {
            List<ClaimedItem> items = new ArrayList<>();
            UUID[] tenant = new UUID[1];
            String[] provider = new String[1];
            handle.createQuery("""
                            select c.tenant_id, c.kind, c.item_id, c.enqueued_at::text as enqueued_at, c.content, c.provider::text as provider
                              from prosa.claim_embeddings(batch_size => :size, lease => make_interval(secs => :lease)) c""")
                    .bind("size", batchSize)
                    .bind("lease", lease.toMillis() / 1000.0)
                    .map((row, context) -> {
                        tenant[0] = row.getObject("tenant_id", UUID.class);
                        provider[0] = row.getString("provider");
                        return new ClaimedItem(row.getString("kind"), row.getObject("item_id", UUID.class),
                                row.getString("enqueued_at"),
                                Optional.ofNullable(row.getString("content")));
                    })
                    .forEach(items::add);
            return items.isEmpty() ? Optional.empty() : Optional.of(new Claim(tenant[0], provider[0], items));
        });
    }

    /**
     * Stores vectors and takes their items from the queue.
     *
     * @param inputTokens tokens of all items together, which their tenant has consumed
     * @return how many were stored; fewer than given when items left the queue meanwhile
     */
    int store(UUID tenantId, String model, List<ClaimedItem> items, List<float[]> vectors, long inputTokens) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < items.size(); i++) {
            add(json, items.get(i)).put("embedding", Vectors.toText(vectors.get(i)));
        }
        return jdbi.withHandle(handle -> handle
                .createQuery("select prosa.store_embeddings(p_tenant_id => :tenant, model => :model, items => :items, input_tokens => :tokens)")
                .bind("tenant", tenantId)
                .bind("model", model)
                .bind("items", jsonb(json))
                .bind("tokens", inputTokens)
                .mapTo(Integer.class).one());
    }

    /**
     * Gives items back with the reason.
     *
     * @param retryAfter when they are due again; absent: the database decides by the number of attempts
     * @param counts     whether it was an attempt, of which an item has only so many
     */
    void fail(UUID tenantId, List<ClaimedItem> items, String reason, Optional<Duration> retryAfter, boolean counts) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> add(json, item));
        jdbi.useHandle(handle -> handle
                .createQuery("""
                        select prosa.fail_embeddings(p_tenant_id => :tenant, items => :items, reason => :reason,
                                   retry_after => make_interval(secs => :retry_after), counts => :counts)""")
                .bind("tenant", tenantId)
                .bind("items", jsonb(json))
                .bind("reason", reason)
                .bind("retry_after", retryAfter.map(wait -> wait.toMillis() / 1000.0).orElse(null))
                .bind("counts", counts)
                .mapTo(Integer.class).one());
    }

    private static ObjectNode add(ArrayNode json, ClaimedItem item) {
        return json.addObject().put("kind", item.kind()).put("item_id", item.itemId().toString())
                .put("enqueued_at", item.enqueuedAt());
    }

    private static Argument jsonb(ArrayNode json) {
        return (position, statement, context) -> {
            PGobject object = new PGobject();
            object.setType("jsonb");
            object.setValue(json.toString());
            statement.setObject(position, object);
        };
    }
}
