package dev.prosa.gateway;

import java.util.Map;
import java.util.Optional;

import dev.prosa.egress.Egress;

/**
 * How the gateway listens and what it takes.
 *
 * @param bind            address to listen on, such as 127.0.0.1
 * @param port            port to listen on; 0 for any free one
 * @param maxWebhookBytes largest webhook body, in bytes
 * @param embeddingsKey   key with which clients on other hosts may call {@code /v1/embeddings}; empty: loopback only
 * @param callsPerHost    calls at a time to one host and port of endpoints, at least 1
 */
public record GatewaySettings(String bind, int port, int maxWebhookBytes, Optional<String> embeddingsKey, int callsPerHost) {

    /** Largest webhook body where nothing is said: media may stand in it as base64. */
    public static final int DEFAULT_MAX_WEBHOOK_BYTES = 25 * 1024 * 1024;

    /** Largest body of {@code /api/*}, in bytes. */
    static final int MAX_API_BYTES = 1024 * 1024;

    /** Largest body of {@code /v1/embeddings}, in bytes. */
    static final int MAX_EMBEDDINGS_BYTES = 10 * 1024 * 1024;

    /** Most texts in one call of {@code /v1/embeddings}. */
    static final int MAX_EMBEDDINGS_INPUTS = 2048;

    /**
     * Reads {@code PROSA_BIND} (default 127.0.0.1), {@code PROSA_PORT} (8080), {@code PROSA_MAX_BODY_BYTES} (25 MB),
     * {@code PROSA_EMBEDDINGS_KEY} (none) and {@code PROSA_CALLS_PER_HOST} (8).
     *
     * @param environment the process's environment variables
     * @return the settings
     * @throws IllegalArgumentException when a value is not what its name says
     */
    public static GatewaySettings fromEnvironment(Map<String, String> environment) {
        String bind = environment.getOrDefault("PROSA_BIND", "");
        return new GatewaySettings(bind.isBlank() ? "127.0.0.1" : bind,
                number(environment, "PROSA_PORT", 8080, 0, 65_535),
                number(environment, "PROSA_MAX_BODY_BYTES", DEFAULT_MAX_WEBHOOK_BYTES, 0, 200 * 1024 * 1024),
                Optional.ofNullable(environment.get("PROSA_EMBEDDINGS_KEY")).map(String::strip).filter(key -> !key.isEmpty()),
                number(environment, "PROSA_CALLS_PER_HOST", Egress.DEFAULT_CALLS_PER_HOST, 1, 10_000));
    }

    private static int number(Map<String, String> environment, String name, int absent, int min, int max) {
        String text = environment.getOrDefault(name, "").strip();
        if (text.isEmpty()) {
            return absent;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, with the range
        }
        throw new IllegalArgumentException("%s is \"%s\": it must be a number from %d to %d".formatted(name, text, min, max));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "GatewaySettings[bind=%s, port=%d, maxWebhookBytes=%d, callsPerHost=%d]".formatted(bind, port, maxWebhookBytes, callsPerHost);
    }
}
