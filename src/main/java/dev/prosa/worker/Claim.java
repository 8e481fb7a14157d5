package dev.prosa.worker;

import java.util.List;
import java.util.UUID;

/**
 * Items of one tenant, claimed together.
 *
 * @param tenantId whose they are
 * @param provider the tenant's embedding endpoint, as JSON
 * @param isProbe  whether the endpoint was paused and these are to find out whether it is back
 * @param items    at least one
 */
record Claim(UUID tenantId, String provider, boolean isProbe, List<ClaimedItem> items) {
}
