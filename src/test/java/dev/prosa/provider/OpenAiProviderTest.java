package dev.prosa.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.prosa.egress.Egress;
import dev.prosa.egress.RawServer;
import dev.prosa.egress.Secrets;
import dev.prosa.egress.StubEndpoint;
import dev.prosa.egress.StubEndpoint.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The OpenAI protocol")
class OpenAiProviderTest {

    private static final String KEY = "sk-hush-0123456789";
    private static final CallOptions OPTIONS = new CallOptions(Duration.ofSeconds(20), 2, Duration.ofMillis(20));
    private static final ChatRequest QUESTION = ChatRequest.of(List.of(new ChatMessage("user", "olá")));

    private static final UUID TENANT = UUID.fromString("00000000-0000-0000-0000-0000000000aa");
    private static final TenantSecrets TENANTS = (tenant, name) -> tenant.equals(TENANT) && name.equals("main") ? "sk-of-the-tenant" : "two words";

    @TempDir
    Path secrets;

    @BeforeEach
    void writeKey() throws IOException {
        Files.writeString(secrets.resolve("main"), KEY + "\n");
    }

    private Provider provider(String origin, String more) {
        ProviderConfig config = ProviderConfig.parse("{\"protocol\":\"openai\",\"base_url\":\"" + origin
                + "/v1/\",\"model\":\"m\"" + more + "}");
        return new OpenAiProvider(config, new Egress(), new Secrets(secrets), TENANTS);
    }

    private Provider provider(StubEndpoint stub) {
        return provider(stub.origin(), ",\"secret\":\"main\"");
    }

    private static String base64(float... vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : vector) {
            bytes.putFloat(value);
        }
        return "\"" + Base64.getEncoder().encodeToString(bytes.array()) + "\"";
    }

    private static String data(String... items) {
        return "{\"data\":[" + String.join(",", items) + "]}";
    }

    private static String item(int index, String embedding) {
        return "{\"object\":\"embedding\",\"index\":" + index + ",\"embedding\":" + embedding + "}";
    }

    private ProviderException embedFailure(String answer) throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, answer)) {
            return assertThrows(ProviderException.class, () -> provider(stub).embed(List.of("a", "b"), OPTIONS));
        }
    }

    @Test
    void embedsInTheOrderOfTheInputs() throws IOException {
        String answer = "{\"model\":\"m-2\",\"data\":[" + item(1, base64(0.25f, -2f)) + "," + item(0, base64(1f, 1e-7f))
                + "],\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}";
        try (StubEndpoint stub = StubEndpoint.replying(200, answer)) {
            Embeddings embeddings = provider(stub).embed(List.of("um \"a\"\n", "b 😀"), OPTIONS);
            assertArrayEquals(new float[] {1f, 1e-7f}, embeddings.vectors().get(0));
            assertArrayEquals(new float[] {0.25f, -2f}, embeddings.vectors().get(1));
            assertEquals("m-2", embeddings.model());
            assertEquals(7, embeddings.inputTokens());
            assertFalse(embeddings.tokensEstimated());

            StubEndpoint.Request request = stub.requests().get(0);
            assertEquals("/v1/embeddings", request.path());
            assertEquals("Bearer " + KEY, request.headers().getFirst("Authorization"));
            assertEquals("{\"model\":\"m\",\"input\":[\"um \\\"a\\\"\\n\",\"b 😀\"],\"encoding_format\":\"base64\"}",
                    request.body());
        }
    }

    @Test
    void takesDecimalNumbersAndEstimatesTokensThatAreNotReported() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, data("{\"embedding\":[1,-0.5e-3]}", "{\"embedding\":[2,3]}"))) {
            Embeddings embeddings = provider(stub).embed(List.of("12345", "1234"), OPTIONS);
            assertArrayEquals(new float[] {1f, -0.5e-3f}, embeddings.vectors().get(0));
            assertArrayEquals(new float[] {2f, 3f}, embeddings.vectors().get(1));
            assertEquals("m", embeddings.model());
            assertEquals(3, embeddings.inputTokens());
            assertTrue(embeddings.tokensEstimated());
        }
    }

    @Test
    void sendsNoAuthorizationWithoutASecret() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, data(item(0, "[1]")))) {
            provider(stub.origin(), "").embed(List.of("a"), OPTIONS);
            assertEquals(null, stub.requests().get(0).headers().getFirst("Authorization"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "nope",
        "",
        "[]",
        "{}",
        "{\"data\":{}}",
        "{\"data\":[]}",
        "{\"data\":[1,2]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":2,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":\"1\",\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1,2]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[0]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[1e99]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":[\"1\"]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":null}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"?\"}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"AAA=\"}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":1,\"embedding\":\"AADAfw==\"}]}"})
    @DisplayName("refuses whatever is not one usable vector an input")
    void malformedEmbeddings(String answer) throws IOException {
        ProviderException e = embedFailure(answer);
        assertEquals("08P01", e.sqlState());
        assertFalse(e.isRateLimited());
    }

    @Test
    void refusesNestingWithoutEnd() throws IOException {
        assertEquals("08P01", embedFailure("{\"a\":" + "[".repeat(300_000)).sqlState());
    }

    @Test
    void refusesOtherDimensionsThanConfigured() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, data(item(0, "[1,2,3]")))) {
            Provider provider = provider(stub.origin(), ",\"dimensions\":2");
            ProviderException e = assertThrows(ProviderException.class, () -> provider.embed(List.of("a"), OPTIONS));
            assertEquals("08P01", e.sqlState());
            assertTrue(e.getMessage().contains("3 dimensions") && e.getMessage().endsWith("configured for 2"),
                    e.getMessage());
        }
    }

    @Test
    void reportsAFailureUnderAStatusOfSuccess() throws IOException {
        ProviderException e = embedFailure("{\"error\":{\"message\":\"upstream is down\",\"code\":502}}");
        assertEquals("08P01", e.sqlState());
        assertTrue(e.getMessage().endsWith("upstream is down"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "400,08004,false,false,true",
        "401,08004,false,false,false",
        "403,08004,false,false,false",
        "404,08004,false,false,false",
        "408,08006,true,false,false",
        "413,08004,false,false,true",
        "422,08004,false,false,true",
        "429,53000,true,true,false",
        "500,08006,true,false,false",
        "502,08006,true,false,false",
        "503,53000,true,true,false",
        "529,53000,true,true,false"})
    @DisplayName("says by the status whether to come back, and whose fault it is")
    void statuses(int status, String sqlState, boolean retryable, boolean rateLimited, boolean itemFault)
            throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(status, "{\"error\":{\"message\":\"what is wrong\"}}")) {
            ProviderException e = assertThrows(ProviderException.class, () -> provider(stub).chat(QUESTION, OPTIONS));
            assertEquals(sqlState, e.sqlState());
            assertEquals(OptionalInt.of(status), e.httpStatus());
            assertEquals(retryable, e.isRetryable());
            assertEquals(rateLimited, e.isRateLimited());
            assertEquals(itemFault, e.isItemFault());
            assertTrue(e.getMessage().endsWith("HTTP " + status + ": what is wrong"), e.getMessage());
        }
    }

    @Test
    void keepsHowLongTheEndpointAsksToWait() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(Reply.of(429, "").with("Retry-After", "33"))) {
            ProviderException e = assertThrows(ProviderException.class, () -> provider(stub).chat(QUESTION, OPTIONS));
            assertEquals(Optional.of(Duration.ofSeconds(33)), e.retryAfter());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"error\":{\"message\":\"a\\nb\\u0000c\"}}|: a b c",
        "{\"error\":\"text\"}|: text",
        "{\"message\":\"text\"}|: text",
        "{\"detail\":\"text\"}|: text",
        "<html> <b>Bad</b>|: <html> <b>Bad</b>",
        "''|400"})
    @DisplayName("finds the reason in every shape that errors come in")
    void reasons(String body, String end) throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(400, body)) {
            ProviderException e = assertThrows(ProviderException.class, () -> provider(stub).chat(QUESTION, OPTIONS));
            assertTrue(e.getMessage().endsWith(end), e.getMessage());
        }
    }

    @Test
    void cutsLongReasons() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(400, "{\"error\":{\"message\":\"" + "x".repeat(5000) + "\"}}")) {
            ProviderException e = assertThrows(ProviderException.class, () -> provider(stub).chat(QUESTION, OPTIONS));
            assertTrue(e.getMessage().length() < 400, "is " + e.getMessage().length());
        }
    }

    @Test
    @DisplayName("never shows the key, also where the endpoint echoes it")
    void keyStaysSecret() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(401,
                "{\"error\":{\"message\":\"wrong key " + KEY + ", " + "x".repeat(280) + KEY + "\"}}")) {
            Provider provider = provider(stub);
            ProviderException e = assertThrows(ProviderException.class, () -> provider.chat(QUESTION, OPTIONS));
            for (Throwable t = e; t != null; t = t.getCause()) {
                assertFalse(t.toString().contains("hush"), t.toString());
            }
            assertFalse(provider.toString().contains("hush"));
        }
    }

    @Test
    @DisplayName("a tenant's endpoint gets the tenant's key, never the platform's of the same name")
    void keyIsOfItsScope() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(401, "{}")) {
            String tenant = ",\"secret\":\"main\",\"secret_scope\":\"tenant\",\"tenant_id\":\"" + TENANT + "\"";
            assertThrows(ProviderException.class, () -> provider(stub.origin(), tenant).chat(QUESTION, OPTIONS));
            assertEquals("Bearer sk-of-the-tenant", stub.requests().get(0).headers().getFirst("Authorization"));
            String platform = ",\"secret\":\"main\",\"secret_scope\":\"platform\",\"tenant_id\":\"" + TENANT + "\"";
            assertThrows(ProviderException.class, () -> provider(stub.origin(), platform).chat(QUESTION, OPTIONS));
            assertEquals("Bearer " + KEY, stub.requests().get(1).headers().getFirst("Authorization"));
            String unusable = ",\"secret\":\"other\",\"secret_scope\":\"tenant\",\"tenant_id\":\"" + TENANT + "\"";
            ProviderException e = assertThrows(ProviderException.class, () -> provider(stub.origin(), unusable).chat(QUESTION, OPTIONS));
            assertEquals("22023", e.sqlState());
            assertFalse(e.getMessage().contains("two words"), e.getMessage());
            assertEquals(2, stub.requests().size());
        }
    }

    @Test
    void namesTheSecretThatIsMissing() {
        Provider provider = provider("http://127.0.0.1:1", ",\"secret\":\"other\"");
        ProviderException e = assertThrows(ProviderException.class, () -> provider.chat(QUESTION, OPTIONS));
        assertEquals("22023", e.sqlState());
        assertTrue(e.getMessage().contains("\"other\""), e.getMessage());
    }

    @Test
    void mapsWhatTheConnectionDoesToSqlstates() throws IOException {
        assertEquals("08001", assertThrows(ProviderException.class,
                () -> provider("http://127.0.0.1:1", "").chat(QUESTION, OPTIONS)).sqlState());
        try (RawServer cut = RawServer.saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
                RawServer hung = RawServer.with((request, out) -> Thread.sleep(20_000));
                RawServer odd = RawServer.saying("SMTP\r\n");
                StubEndpoint moved = StubEndpoint.replying(Reply.of(302, "").with("Location", "/x"))) {
            assertEquals("08006", assertThrows(ProviderException.class,
                    () -> provider(origin(cut), "").chat(QUESTION, OPTIONS)).sqlState());
            assertEquals("08006", assertThrows(ProviderException.class, () -> provider(origin(hung), "")
                    .chat(QUESTION, OPTIONS.withTimeout(Duration.ofMillis(200)))).sqlState());
            assertEquals("08P01", assertThrows(ProviderException.class,
                    () -> provider(origin(odd), "").chat(QUESTION, OPTIONS)).sqlState());
            assertEquals("08004", assertThrows(ProviderException.class,
                    () -> provider(moved).chat(QUESTION, OPTIONS)).sqlState());
        }
    }

    @Test
    void isRefusedAnAddressThatItMayNotCall() {
        assertEquals("42501", assertThrows(ProviderException.class,
                () -> provider("https://10.0.0.1", "").chat(QUESTION, OPTIONS)).sqlState());
        assertEquals("42501", assertThrows(ProviderException.class, () -> provider("http://127.0.0.1:5432",
                ",\"refused_ports\":[5432]").chat(QUESTION, OPTIONS)).sqlState());
    }

    @Test
    void isLeftAloneAfterManyFailuresAndSaysForHowLong() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(500, "")) {
            Provider provider = provider(stub);
            CallOptions once = new CallOptions(Duration.ofSeconds(10), 1, Duration.ZERO);
            for (int i = 0; i < 5; i++) {
                assertEquals("08006", assertThrows(ProviderException.class, () -> provider.chat(QUESTION, once)).sqlState());
            }
            ProviderException e = assertThrows(ProviderException.class, () -> provider.chat(QUESTION, once));
            assertEquals("08001", e.sqlState());
            assertTrue(e.retryAfter().orElseThrow().compareTo(Duration.ofSeconds(5)) <= 0);
            assertTrue(e.getMessage().contains("left alone for another 5 s"), e.getMessage());
            assertTrue(e.isRetryable());
            assertFalse(e.isItemFault());
            assertEquals(5, stub.requests().size());
        }
    }

    private static String origin(RawServer server) {
        return Egress.origin(server.uri());
    }

    @Test
    void answersAPrompt() throws IOException {
        String answer = "\n\n\r\n{\"model\":\"m-2\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"oi\","
                + "\"reasoning_content\":\"hm\"},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":11,"
                + "\"completion_tokens\":5,\"prompt_cache_hit_tokens\":8,\"prompt_cache_miss_tokens\":3}}";
        try (StubEndpoint stub = StubEndpoint.replying(200, answer)) {
            ChatAnswer chat = provider(stub).chat(new ChatRequest(List.of(new ChatMessage("system", "s"),
                    new ChatMessage("user", "u")), Optional.of("other"), OptionalInt.of(9), OptionalDouble.of(0.5)),
                    OPTIONS);
            assertEquals(new ChatAnswer("oi", Optional.empty(), "length", "m-2", 11, 5, 8, false), chat);
            assertEquals("/v1/chat/completions", stub.requests().get(0).path());
            assertEquals("{\"model\":\"other\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                    + "{\"role\":\"user\",\"content\":\"u\"}],\"stream\":false,\"max_tokens\":9,\"temperature\":0.5}",
                    stub.requests().get(0).body());
        }
    }

    @Test
    void readsToolCallsAndCachedTokens() throws IOException {
        String answer = "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}],"
                + "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"prompt_tokens_details\":{\"cached_tokens\":1}}}";
        try (StubEndpoint stub = StubEndpoint.replying(200, answer)) {
            ChatAnswer chat = provider(stub).chat(QUESTION, OPTIONS);
            assertEquals("", chat.content());
            assertEquals(Optional.of("[{\"id\":\"c\",\"type\":\"function\",\"function\":"
                    + "{\"name\":\"f\",\"arguments\":\"{}\"}}]"), chat.toolCallsJson());
            assertEquals("tool_calls", chat.finishReason());
            assertEquals("m", chat.model());
            assertEquals(1, chat.cachedTokens());
        }
    }

    @Test
    void readsContentInPartsAndEstimatesTokens() throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, "{\"choices\":[{\"message\":{\"content\":"
                + "[{\"type\":\"text\",\"text\":\"o\"},{\"type\":\"text\",\"text\":\"i\"}]}}]}")) {
            assertEquals(new ChatAnswer("oi", Optional.empty(), "stop", "m", 1, 1, 0, true),
                    provider(stub).chat(QUESTION, OPTIONS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"choices\":[]}", "{\"choices\":[1]}", "{\"choices\":[{}]}",
        "{\"choices\":[{\"message\":{}}]}", "[1]", "<html>"})
    void refusesAnswersWithoutAMessage(String answer) throws IOException {
        try (StubEndpoint stub = StubEndpoint.replying(200, answer)) {
            assertEquals("08P01", assertThrows(ProviderException.class,
                    () -> provider(stub).chat(QUESTION, OPTIONS)).sqlState());
        }
    }

    @Test
    void refusesToEmbedNothing() {
        assertEquals("22023", assertThrows(ProviderException.class,
                () -> provider("http://127.0.0.1:1", "").embed(List.of(), OPTIONS)).sqlState());
    }
}
