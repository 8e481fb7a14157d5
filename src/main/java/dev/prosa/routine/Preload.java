package dev.prosa.routine;

import java.sql.SQLException;
import java.util.List;

/**
 * Loads every class of the jar before the first call does anything. PL/Java reads a class from a table when it is first
 * needed, and a cancelled query or a terminated session takes effect at such a read. Reached in the middle of a call,
 * with a cancellation pending since the endpoint hung, it left the session with a class that could never be loaded
 * again, and a termination aborted the backend and with it the whole server (both measured).
 */
final class Preload {

    /** All classes of the jar, the parser's included; a test compares this with the jar. */
    static final List<String> CLASSES = List.of(
            "com.grack.nanojson.JsonAppendableWriter",
            "com.grack.nanojson.JsonArray",
            "com.grack.nanojson.JsonBuilder",
            "com.grack.nanojson.JsonConvertible",
            "com.grack.nanojson.JsonLazyNumber",
            "com.grack.nanojson.JsonObject",
            "com.grack.nanojson.JsonParser",
            "com.grack.nanojson.JsonParser$JsonParserContext",
            "com.grack.nanojson.JsonParserException",
            "com.grack.nanojson.JsonReader",
            "com.grack.nanojson.JsonReader$Type",
            "com.grack.nanojson.JsonSink",
            "com.grack.nanojson.JsonStringWriter",
            "com.grack.nanojson.JsonTokener",
            "com.grack.nanojson.JsonTokener$PseudoUtf8Reader",
            "com.grack.nanojson.JsonWriter",
            "com.grack.nanojson.JsonWriter$1",
            "com.grack.nanojson.JsonWriter$JsonWriterContext",
            "com.grack.nanojson.JsonWriterBase",
            "com.grack.nanojson.JsonWriterException",
            "dev.prosa.egress.AddressRule",
            "dev.prosa.egress.AddressRule$Kind",
            "dev.prosa.egress.AddressRule$Range",
            "dev.prosa.egress.AddressRule$Verdict",
            "dev.prosa.egress.Answer",
            "dev.prosa.egress.AnswerReader",
            "dev.prosa.egress.AnswerReader$Chunked",
            "dev.prosa.egress.AnswerReader$Stretch",
            "dev.prosa.egress.Circuits",
            "dev.prosa.egress.Circuits$Circuit",
            "dev.prosa.egress.Circuits$Health",
            "dev.prosa.egress.Deadline",
            "dev.prosa.egress.Egress",
            "dev.prosa.egress.EgressException",
            "dev.prosa.egress.EgressException$Reason",
            "dev.prosa.egress.EgressPolicy",
            "dev.prosa.egress.Exchange",
            "dev.prosa.egress.GzipMember",
            "dev.prosa.egress.Post",
            "dev.prosa.egress.Resolver",
            "dev.prosa.egress.Resolver$Lookup",
            "dev.prosa.egress.RetryAfter",
            "dev.prosa.egress.Secrets",
            "dev.prosa.egress.Slots",
            "dev.prosa.egress.Slots$Line",
            "dev.prosa.egress.Target",
            "dev.prosa.egress.Watchdog",
            "dev.prosa.provider.CallOptions",
            "dev.prosa.provider.ChatAnswer",
            "dev.prosa.provider.ChatMessage",
            "dev.prosa.provider.ChatRequest",
            "dev.prosa.provider.CompletionAnswer",
            "dev.prosa.provider.Embeddings",
            "dev.prosa.provider.EmbeddingsAnswer",
            "dev.prosa.provider.Json",
            "dev.prosa.provider.MockProvider",
            "dev.prosa.provider.OpenAiProvider",
            "dev.prosa.provider.OpenAiProvider$1",
            "dev.prosa.provider.Protocol",
            "dev.prosa.provider.Provider",
            "dev.prosa.provider.Provider$1",
            "dev.prosa.provider.ProviderConfig",
            "dev.prosa.provider.ProviderException",
            "dev.prosa.provider.ProviderException$Fault",
            "dev.prosa.provider.SecretName",
            "dev.prosa.provider.TenantSecrets",
            "dev.prosa.provider.TenantSecrets$Source",
            "dev.prosa.provider.Tokens",
            "dev.prosa.provider.Vectors",
            "dev.prosa.routine.Preload",
            "dev.prosa.routine.Routines");

    private static volatile boolean done;

    private Preload() {
    }

    /**
     * Loads and initialises what is not loaded yet; after the first success it does nothing.
     *
     * @throws SQLException 57014 when a class cannot be loaded now, as in a query that is being cancelled; the next call
     *                      tries again
     */
    static void classes() throws SQLException {
        if (done) {
            return;
        }
        for (String name : CLASSES) {
            try {
                Class.forName(name, true, Preload.class.getClassLoader());
            } catch (ClassNotFoundException | LinkageError e) {
                throw new SQLException("the class " + name + " of the jar \"prosa\" cannot be loaded: the query was "
                        + "cancelled, or another version of the jar was installed meanwhile; reconnect if it persists",
                        "57014", e);
            }
        }
        done = true;
    }
}
