package dev.prosa.worker;

import java.util.Optional;
import java.util.UUID;

/**
 * A queued message or memory, held until its lease ends.
 *
 * @param kind {@code message} or {@code memory}
 * @param itemId its id
 * @param enqueuedAt when it was queued, in the database's own words: it tells an item from the same one changed since
 * @param spaceId the embedding space it is for; absent: the tenant's active one
 * @param content the text to embed
 */
record ClaimedItem(String kind, UUID itemId, String enqueuedAt, Optional<UUID> spaceId, String content) {
}
