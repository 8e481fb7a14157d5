package dev.prosa.provider;

import java.util.Locale;

/** The wire protocols that a provider may speak. */
public enum Protocol {
    /** The OpenAI-compatible HTTP interface: {@code /embeddings} and {@code /chat/completions}. */
    OPENAI,
    /** Deterministic answers computed in this process, for demonstrations and tests. */
    MOCK;

    /**
     * Reads the name of a protocol as the provider JSON spells it.
     *
     * @param name {@code "openai"} or {@code "mock"}
     * @throws ProviderException 22023 when there is no such protocol
     */
    public static Protocol of(String name) {
        for (Protocol protocol : values()) {
            if (protocol.wireName().equals(name)) {
                return protocol;
            }
        }
        throw ProviderException.invalid("unknown provider protocol \"" + ProviderException.cut(name)
                + "\": use \"openai\" or \"mock\"");
    }

    /** The name of this protocol in the provider JSON. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
