package dev.prosa.worker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

    /** Takes items of one tenant and space; absent when none is due that could be embedded now. */
    Optional<Claim> claim(int batchSize) {
        return jdbi.withHandle(handle -> {
            List<ClaimedItem> items = new ArrayList<>();
            Claim[] claim = new Claim[1];
            handle.createQuery("""
                            select c.tenant_id, c.kind, c.item_id, c.enqueued_at::text as enqueued_at, c.space_id, c.content,
                                   c.provider::text as provider, c.is_probe
                              from prosa.claim_embeddings(batch_size => :size, lease => make_interval(secs => :lease)) c""")
                    .bind("size", batchSize)
                    .bind("lease", lease.toMillis() / 1000.0)
                    .map((row, context) -> {
                        if (claim[0] == null) {
                            claim[0] = new Claim(row.getObject("tenant_id", UUID.class), row.getString("provider"),
                                    row.getBoolean("is_probe"), items);
                        }
                        return new ClaimedItem(row.getString("kind"), row.getObject("item_id", UUID.class), row.getString("enqueued_at"),
                                Optional.ofNullable(row.getObject("space_id", UUID.class)), row.getString("content"));
                    })
                    .forEach(items::add);
            return Optional.ofNullable(claim[0]);
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

    /** The endpoint of a claim that was to find out works. */
    void closeCircuit(Claim claim) {
        jdbi.useHandle(handle -> handle
                .createQuery("select prosa._close_circuit(:tenant, :provider::jsonb, :space::uuid)")
                .bind("tenant", claim.tenantId())
                .bind("provider", claim.provider())
                .bind("space", claim.items().get(0).spaceId().orElse(null))
                .mapTo(String.class).first());
    }

    /** Who is to blame for items that come back. */
    enum Fault {
        /** Each of them: it was an attempt, of which an item has only so many. */
        ITEM,
        /** The endpoint, which is left alone for a while. */
        ENDPOINT,
        /** The tenant's space, for which the database refuses the vectors. */
        SPACE,
        /** Nobody: they are due at once. */
        NOBODY
    }

    /**
     * Gives items back with the reason.
     *
     * @param pause how long the endpoint asks to be left alone; absent: the database decides
     */
    void fail(Claim claim, List<ClaimedItem> items, String reason, Fault fault, Optional<Duration> pause) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        items.forEach(item -> add(json, item));
        boolean namesEndpoint = fault == Fault.ENDPOINT || fault == Fault.SPACE || (fault == Fault.ITEM && claim.isProbe());
        jdbi.useHandle(handle -> handle
                .createQuery("""
                        select prosa.fail_embeddings(p_tenant_id => :tenant, items => :items, reason => :reason, at_fault => :fault,
                                   retry_after => make_interval(secs => :pause), provider => :provider::jsonb)""")
                .bind("tenant", claim.tenantId())
                .bind("items", jsonb(json))
                .bind("reason", reason)
                .bind("fault", fault.name().toLowerCase(Locale.ROOT))
                .bind("pause", pause.map(wait -> wait.toMillis() / 1000.0).orElse(null))
                .bind("provider", namesEndpoint ? claim.provider() : null)
                .mapTo(Integer.class).one());
    }

    private static ObjectNode add(ArrayNode json, ClaimedItem item) {
        return json.addObject().put("kind", item.kind()).put("item_id", item.itemId().toString())
                .put("enqueued_at", item.enqueuedAt())
                .put("space_id", item.spaceId().map(UUID::toString).orElse(null));
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
