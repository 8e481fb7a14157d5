package dev.prosa.worker;

import java.util.List;
import java.util.UUID;

/**
 * Items of one tenant, claimed together.
 *
 * @param tenantId whose they are
 * @param provider the tenant's embedding endpoint, as JSON
 * @param items    at least one
 */
record Claim(UUID tenantId, String provider, List<ClaimedItem> items) {
}
