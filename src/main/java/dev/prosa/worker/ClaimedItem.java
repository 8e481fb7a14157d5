package dev.prosa.worker;

import java.util.Optional;
import java.util.UUID;

/**
 * A queued message or memory, held until its lease ends.
 *
 * @param kind    {@code message} or {@code memory}
 * @param itemId  its id
 * @param content the text to embed; absent when the item is gone
 */
record ClaimedItem(String kind, UUID itemId, Optional<String> content) {
}
