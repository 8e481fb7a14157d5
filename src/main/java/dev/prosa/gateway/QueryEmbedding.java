package dev.prosa.gateway;

import java.util.Optional;
import java.util.UUID;

/**
 * A query as a vector.
 *
 * @param vector  the vector
 * @param spaceId the embedding space for which it was made, where the search goes though another may replace it meanwhile;
 *                absent while the tenant has none
 */
record QueryEmbedding(float[] vector, Optional<UUID> spaceId) {
}
